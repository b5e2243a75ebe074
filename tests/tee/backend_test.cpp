// SPDX-License-Identifier: BSD-2-Clause
// A remote processor whose firmware a TEE loads: the commands that the TEE receives, and their effects.
#include "rproc/tee/backend.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/resource/table_builder.hpp"
#include "support/alone.hpp"
#include "tee/secure_m4.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::outcome;
using test::RecordedM4;
using test::Recorder;
using test::signed_firmware;
using test::SignedPackage;
using test::TeeBoard;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ProcessorState = tee::SoftwareTee::ProcessorState;

template <BootSequence S = Mainline>
class Secure {
  public:
    explicit Secure(FirmwareSource firmware = signed_firmware()) {
        EXPECT_EQ(outcome(m4.set_firmware(std::move(firmware))), "ok");
        board.tee->calls.clear();
    }

    [[nodiscard]] const std::vector<std::string>& calls() const { return board.tee->calls; }

    TeeBoard board;
    Recorder recorder;
    tee::TeeContext<test::RecordingTee> context{board.tee};
    RecordedM4<S> m4{*context.register_processor(0), board.platform(), ObserverRef(recorder)};
};

FirmwareSource package(std::vector<test::Segment> segments, std::vector<test::Section> sections = {}) {
    const Bytes image = test::ElfImage{.segments = std::move(segments), .sections = std::move(sections)}.build();
    return FirmwareSource(Firmware(
        "made.signed", SignedPackage::of({image}, SignType::rsa_pkcs1_sha256).sign(test::signing_key("rsa2048"))));
}

TEST(TeeBackend, BootsAndStops) {
    Secure<> m4;
    ASSERT_EQ(outcome(m4.m4.boot()), "ok");
    EXPECT_THAT(m4.calls(), ElementsAre("RELEASE!", "LOAD", "TABLE", "LOAD", "TABLE", "START"));
    EXPECT_EQ(m4.board.tee->client().state(0), ProcessorState::started);
    EXPECT_EQ(test::alone(m4.m4).resources.traces.size(), 1U);
    EXPECT_TRUE(test::alone(m4.m4).resources.vdevs.at(0).registered);
    m4.board.tee->calls.clear();
    ASSERT_EQ(outcome(m4.m4.shutdown()), "ok");
    EXPECT_THAT(m4.calls(), ElementsAre("STOP", "RELEASE"));
    EXPECT_TRUE(m4.board.tee->client().is_clear(0));
    EXPECT_EQ(m4.board.memory.mapped(), m4.board.mapped_by_tee);
}

TEST(TeeBackend, UsesTheResourceTableInTheProcessorsMemory) {
    Secure<> m4;
    ASSERT_EQ(outcome(m4.m4.boot()), "ok");
    const auto in_memory = test::alone(m4.m4).carveouts.pa_to_va(PhysicalAddress(0x10004000), 140);
    EXPECT_EQ(test::alone(m4.m4).table.data(), in_memory.data());
    EXPECT_EQ(test::alone(m4.m4).table.size(), 140U);
}

TEST(TeeBackend, AsksTheFirmwareToShutDownBeforeTheTeeStopsIt) {
    Secure<> m4;
    ASSERT_EQ(outcome(m4.m4.boot()), "ok");
    ASSERT_EQ(outcome(m4.m4.shutdown()), "ok");
    EXPECT_THAT(m4.board.mailbox.sent(), Contains(platform::ModelMailbox::Message{"shutdown", "stop", 500ms}));
}

TEST(TeeBackend, RecoveryLoadsAgain) {
    Secure<> m4;
    ASSERT_EQ(outcome(m4.m4.boot()), "ok");
    m4.board.tee->calls.clear();
    ASSERT_EQ(outcome(m4.m4.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(m4.calls(), ElementsAre("STOP", "LOAD", "TABLE", "START"));
    EXPECT_EQ(m4.board.tee->client().state(0), ProcessorState::started);
    ASSERT_EQ(outcome(m4.m4.shutdown()), "ok");
    EXPECT_EQ(std::ranges::count(m4.calls(), "RELEASE"), 1);
}

TEST(TeeBackend, AlternateBootLoadsOnceAndUsesTheTableInPlace) {
    Secure<AlternateBoot> m4;
    ASSERT_EQ(outcome(m4.m4.boot()), "ok");
    EXPECT_THAT(m4.calls(), ElementsAre("RELEASE!", "LOAD", "TABLE", "START"));
    EXPECT_TRUE(test::alone(m4.m4).resources.vdevs.at(0).registered);
    ASSERT_EQ(outcome(m4.m4.handle_crash(CrashType::watchdog)), "ok");
    ASSERT_EQ(outcome(m4.m4.shutdown()), "ok");
    EXPECT_EQ(std::ranges::count(m4.calls(), "RELEASE"), 1);
    EXPECT_EQ(m4.board.memory.mapped(), m4.board.mapped_by_tee);
}

TEST(TeeBackend, LoadFirstLoadsBeforeThePlatformPrepares) {
    Secure<LoadFirst> m4;
    ASSERT_EQ(outcome(m4.m4.boot()), "ok");
    EXPECT_THAT(m4.calls(), ElementsAre("RELEASE!", "LOAD", "LOAD", "TABLE", "TABLE", "START"));
    ASSERT_EQ(outcome(m4.m4.shutdown()), "ok");
    EXPECT_THAT(m4.calls(), Contains("RELEASE").Times(1));
}

TEST(TeeBackend, FirmwareWithoutATableBootsWithANotice) {
    Secure<> m4(package({{.paddr = 0, .data = test::pattern(64)}}));
    ASSERT_EQ(outcome(m4.m4.boot()), "ok");
    EXPECT_THAT(m4.recorder.notices, Contains("table-missing"));
    EXPECT_TRUE(test::alone(m4.m4).table.empty());
    ASSERT_EQ(outcome(m4.m4.shutdown()), "ok");
    EXPECT_EQ(m4.board.memory.mapped(), m4.board.mapped_by_tee);
}

TEST(TeeBackend, RefusedImageIsReleasedOnceAndTheNextOneBoots) {
    Secure<> m4(signed_firmware("app.rsa4096.signed"));
    const auto booted = m4.m4.boot();
    ASSERT_EQ(outcome(booted), "tee-refused");
    EXPECT_EQ(booted.error().step(), Step::parse_fw);
    EXPECT_THAT(booted.error().what(), HasSubstr("TEE_ERROR_SIGNATURE_INVALID (0xffff3072): this is the signature"));
    EXPECT_EQ(booted.error().where(), "app.rsa4096.signed");
    EXPECT_THAT(m4.recorder.lines, Contains("TA_RPROC_CMD_LOAD_FW invoke failed TEE err: 0xffff3072, ret:0"));
    EXPECT_THAT(m4.recorder.lines, Contains("Boot failed: -5"));
    EXPECT_THAT(m4.calls(), ElementsAre("RELEASE!", "LOAD!", "RELEASE"));
    ASSERT_EQ(outcome(m4.m4.set_firmware(signed_firmware())), "ok");
    EXPECT_EQ(outcome(m4.m4.boot()), "ok");
}

TEST(TeeBackend, PlainElfFileIsNamedInTheError) {
    Secure<> m4(signed_firmware("app.elf"));
    const auto booted = m4.m4.boot();
    ASSERT_EQ(outcome(booted), "tee-refused");
    EXPECT_THAT(booted.error().what(), HasSubstr("TEE_ERROR_BAD_PARAMETERS"));
    EXPECT_THAT(booted.error().what(), HasSubstr("this is a plain ELF file"));
    EXPECT_THAT(booted.error().hint(), HasSubstr("rproc sign --in app.elf --key KEY --out app.elf.signed"));
}

TEST(TeeBackend, FailureAfterTheLoadReleasesTheImageOnce) {
    Bytes table = ResourceTableBuilder{}.trace("log", 0, 16).build();
    table[0] = std::byte{9};  // a version that Linux refuses
    Secure<> m4(package({{.paddr = 0x100, .data = table}},
                        {{.name = ".resource_table", .addr = 0x100, .data = table, .segment = 0}}));
    EXPECT_EQ(outcome(m4.m4.boot()), "table-version");
    EXPECT_THAT(m4.calls(), ElementsAre("RELEASE!", "LOAD", "TABLE", "RELEASE"));
    EXPECT_TRUE(m4.board.tee->client().is_clear(0));
}

TEST(TeeBackend, DestructorStopsARunningProcessor) {
    TeeBoard board;
    Recorder recorder;
    tee::TeeContext<test::RecordingTee> context(board.tee);
    {
        RecordedM4<> m4(*context.register_processor(0), board.platform(), ObserverRef(recorder));
        ASSERT_EQ(outcome(m4.set_firmware(signed_firmware())), "ok");
        ASSERT_EQ(outcome(m4.boot()), "ok");
        board.tee->calls.clear();
    }
    EXPECT_THAT(board.tee->calls, ElementsAre("STOP", "RELEASE", "CLOSE"));
    EXPECT_EQ(board.memory.mapped(), board.mapped_by_tee);
}

/// A TEE that reports a resource table at the address that the test sets.
class TableAt {
  public:
    std::uint64_t pa = 0;
    std::uint64_t size = 0;

    static Result<tee::OpenedSession> open_session(const tee::Uuid& /*uuid*/, tee::Parameters& /*parameters*/) {
        return tee::OpenedSession{tee::ResultCode::success, tee::SessionId{1}};
    }
    Result<tee::ResultCode> invoke(tee::SessionId /*session*/, std::uint32_t command,
                                   tee::Parameters& parameters) const {
        if (command != static_cast<std::uint32_t>(tee::Command::get_rsc_table)) return tee::ResultCode::success;
        parameters[1].set_value(pa);
        parameters[2].set_value(size);
        return tee::ResultCode::success;
    }
    static void close_session(tee::SessionId /*session*/) {}
    static Result<tee::MemoryId> register_memory(std::span<const std::byte> /*bytes*/) { return tee::MemoryId{1}; }
    static void unregister_memory(tee::MemoryId /*memory*/) {}
};

class ReportedTable : public ::testing::Test {
  protected:
    std::string boot(std::uint64_t pa, std::uint64_t size) {
        auto client = std::make_shared<TableAt>();
        client->pa = pa;
        client->size = size;
        tee::TeeContext<TableAt> context(client);
        RemoteProcessor<tee::Backend<TableAt>, platform::ModelStm32mp15, Mainline, ObserverRef<Recorder>> m4(
            *context.register_processor(0), board.platform(), ObserverRef(recorder));
        EXPECT_EQ(outcome(m4.set_firmware(test::some_firmware())), "ok");
        auto booted = m4.boot();
        error = booted ? Error{} : booted.error();
        return outcome(booted);
    }

    TeeBoard board;
    Recorder recorder;
    Error error;
};

TEST_F(ReportedTable, AboveFourGibibytesKeepsItsAddress) {
    const auto region = board.memory.map(*PhysicalRange::make(PhysicalAddress(0x1'8000'0000), 0x1000));
    const Bytes table = ResourceTableBuilder{}.trace("log", 0, 16).build();
    std::ranges::copy(table, region->bytes().begin());
    EXPECT_EQ(boot(0x1'8000'0000, table.size()), "ok");
    EXPECT_THAT(recorder.notices, Contains("table-not-in-memory"));  // no carveout at that address
}

TEST_F(ReportedTable, ThatCannotBeMappedIsRefused) {
    EXPECT_EQ(boot(0xffff'ffff'ffff'fff0, 0x20), "tee-table-unmappable");
    EXPECT_THAT(error.what(), HasSubstr("past the end of the address space"));
    EXPECT_EQ(boot(0x10000000, 0xffff'ffff), "tee-table-unmappable");
    EXPECT_EQ(error.errno_value(), 12);
    EXPECT_EQ(boot(0x10000000, ~0ULL), "tee-table-unmappable");
}

TEST_F(ReportedTable, WithAnInvalidVersionIsRefused) { EXPECT_EQ(boot(0x10000000, 16), "table-version"); }

}  // namespace
}  // namespace rproc
