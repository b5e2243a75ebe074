// SPDX-License-Identifier: BSD-2-Clause
// Which image runs: the one that was given, whatever another program, an earlier boot or a dead application has left in
// the TEE. In every boot sequence. (With every fault on top: tests/testing.)
#include <algorithm>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/resource/table_builder.hpp"
#include "support/alone.hpp"
#include "tee/secure_m4.hpp"

namespace rproc {
namespace {

using tee::RunningProcessor;
using test::Bytes;
using test::outcome;
using test::RecordedM4;
using test::Recorder;
using test::RecordingTee;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ProcessorState = tee::SoftwareTee::ProcessorState;

constexpr std::uint64_t kCodePa = 0x38000000;  // RETRAM, da 0
constexpr std::uint64_t kTableDa = 0x10004000;

/// A firmware whose code, 64 bytes at da 0, differs for each `number`.
Bytes code_of(unsigned number) { return test::pattern(64, 1 + 64 * number); }

FirmwareSource firmware(unsigned number, const std::string& key = "rsa2048") {
    const Bytes table = ResourceTableBuilder{}.trace("log", 0x10000000, 16).build();
    const Bytes image =
        test::ElfImage{.segments = {{.paddr = 0, .data = code_of(number)}, {.paddr = kTableDa, .data = table}},
                       .sections = {{.name = ".resource_table", .addr = kTableDa, .data = table, .segment = 1}}}
            .build();
    return FirmwareSource(Firmware(
        "app.signed", test::SignedPackage::of({image}, SignType::rsa_pkcs1_sha256).sign(test::signing_key(key))));
}

FirmwareSource wrongly_signed() { return firmware(3, "rsa4096"); }

/// The vendor's order, with the library's backend: LOAD_FW in the sanity check, before all else.
struct SanityLoad {
    static constexpr std::string_view kName = "sanity-load";
    static constexpr bool kLoadsFirst = true;

    template <class Steps>
    [[nodiscard]] static Result<void> run(Steps& steps) {
        RPROC_TRY(steps.sanity_check());
        RPROC_TRY(steps.load());
        RPROC_TRY(steps.prepare());
        RPROC_TRY(steps.boot_address());
        RPROC_TRY(steps.parse_fw());
        RPROC_TRY(steps.handle_resources());
        RPROC_TRY(steps.allocate_carveouts());
        RPROC_TRY(steps.install_table());
        RPROC_TRY(steps.start());
        return steps.start_subdevices();
    }
};

template <class S>
class ImageThatRuns : public ::testing::Test {
  protected:
    using M4 = RecordedM4<S>;

    [[nodiscard]] std::unique_ptr<M4> make(RunningProcessor running = RunningProcessor::refuse) {
        auto backend = context.register_processor(0, running);
        EXPECT_EQ(outcome(backend), "ok");
        return std::make_unique<M4>(*std::move(backend), board.platform(), ObserverRef(recorder));
    }

    /// A program that loads firmware 0, starts it perhaps, and dies.
    void another_owner_dies(ProcessorState state) {
        auto connection = std::make_shared<tee::Connection<RecordingTee>>(board.tee);
        auto session = tee::Session<RecordingTee>::open(connection, 0);
        ASSERT_EQ(outcome(session), "ok");
        ASSERT_EQ(outcome(session->load_fw(firmware(0).request()->bytes())), "ok");
        if (state == ProcessorState::started) {
            ASSERT_EQ(outcome(session->start_fw()), "ok");
        }
    }

    [[nodiscard]] static std::string boot(M4& m4, FirmwareSource source) {
        EXPECT_EQ(outcome(m4.set_firmware(std::move(source))), "ok");
        return outcome(m4.boot());
    }

    /// That the core runs, and that this firmware is in its memory.
    void expect_runs(unsigned number) {
        EXPECT_EQ(tee().state(0), ProcessorState::started);
        EXPECT_EQ(code(), code_of(number));
        EXPECT_EQ(tee().last_load(0).key, 0U) << "it was authenticated";
    }
    void expect_refused(M4& m4) {
        EXPECT_EQ(boot(m4, wrongly_signed()), "tee-refused");
        EXPECT_EQ(tee().last_load(0).result, tee::ResultCode::signature_invalid);
        EXPECT_EQ(m4.state(), State::offline);
        EXPECT_EQ(tee().state(0), ProcessorState::off);
        EXPECT_TRUE(tee().is_clear(0));
    }

    [[nodiscard]] tee::SoftwareTee& tee() { return board.tee->client(); }
    [[nodiscard]] Bytes code() {
        const auto mapping = board.memory.map(*PhysicalRange::make(PhysicalAddress(kCodePa), 64));
        return {mapping->bytes().begin(), mapping->bytes().end()};
    }

    test::TeeBoard board{test::trusting("rsa2048"), tee::SoftwareTee::Sessions::one};
    Recorder recorder;
    tee::TeeContext<RecordingTee> context{board.tee};
};

using Sequences = ::testing::Types<Mainline, AlternateBoot, LoadFirst, SanityLoad>;
class NameOfSequence {
  public:
    template <class S>
    static std::string GetName(int /*index*/) {
        std::string name(S::kName);
        std::erase(name, '-');
        return name;
    }
};
TYPED_TEST_SUITE(ImageThatRuns, Sequences, NameOfSequence);

TYPED_TEST(ImageThatRuns, IsTheGivenOneWhereAnotherOwnerLeftOneLoaded) {
    this->another_owner_dies(ProcessorState::loaded);
    const auto m4 = this->make();
    ASSERT_EQ(this->boot(*m4, firmware(1)), "ok");
    this->expect_runs(1);
    EXPECT_EQ(outcome(m4->shutdown()), "ok");
}

TYPED_TEST(ImageThatRuns, IsNoneWhereAnotherOwnerLeftOneLoadedAndTheSignatureIsWrong) {
    this->another_owner_dies(ProcessorState::loaded);
    const auto m4 = this->make();
    this->expect_refused(*m4);
    ASSERT_EQ(this->boot(*m4, firmware(1)), "ok");
    this->expect_runs(1);
}

TYPED_TEST(ImageThatRuns, IsThatOfTheOtherOwnerUntilItIsTakenOver) {
    this->another_owner_dies(ProcessorState::started);
    for (const FirmwareSource& given : {firmware(1), wrongly_signed()}) {
        const auto m4 = this->make();
        EXPECT_EQ(this->boot(*m4, given), "tee-processor-running");
        EXPECT_EQ(m4->state(), State::offline);
        this->expect_runs(0);
    }
    const auto m4 = this->make(RunningProcessor::take_over);
    ASSERT_EQ(this->boot(*m4, firmware(1)), "ok");
    this->expect_runs(1);
}

TYPED_TEST(ImageThatRuns, IsNoneAfterATakeOverWithAWrongSignature) {
    this->another_owner_dies(ProcessorState::started);
    const auto m4 = this->make(RunningProcessor::take_over);
    this->expect_refused(*m4);
}

TYPED_TEST(ImageThatRuns, IsTheGivenOneAfterABootThatFailed) {
    const auto m4 = this->make();
    Bytes table = ResourceTableBuilder{}.trace("log", 0, 16).build();
    table[0] = std::byte{9};  // a version that Linux refuses, after the TEE has loaded
    const Bytes image =
        test::ElfImage{.segments = {{.paddr = 0, .data = code_of(0)}, {.paddr = kTableDa, .data = table}},
                       .sections = {{.name = ".resource_table", .addr = kTableDa, .data = table, .segment = 1}}}
            .build();
    const FirmwareSource bad_table(Firmware(
        "bad.signed", test::SignedPackage::of({image}, SignType::rsa_pkcs1_sha256).sign(test::signing_key("rsa2048"))));
    ASSERT_EQ(this->boot(*m4, bad_table), "table-version");
    this->expect_refused(*m4);
    ASSERT_EQ(this->boot(*m4, bad_table), "table-version");
    ASSERT_EQ(this->boot(*m4, firmware(1)), "ok");
    this->expect_runs(1);
}

TYPED_TEST(ImageThatRuns, IsThatOfTheFileInARecovery) {
    const auto m4 = this->make();
    auto file = std::make_shared<Firmware>(firmware(1).request().value());
    const FirmwareSource source("app.signed", [file]() -> Result<Firmware> { return *file; });
    ASSERT_EQ(this->boot(*m4, source), "ok");
    *file = firmware(2).request().value();
    ASSERT_EQ(outcome(m4->handle_crash(CrashType::watchdog)), "ok");
    this->expect_runs(2);
    *file = wrongly_signed().request().value();
    EXPECT_EQ(outcome(m4->handle_crash(CrashType::watchdog)), "tee-refused");
    EXPECT_EQ(m4->state(), State::offline);
    EXPECT_EQ(this->tee().state(0), ProcessorState::off);
    EXPECT_TRUE(this->tee().is_clear(0)) << "firmware 2 was stopped, and is released";
    this->expect_refused(*m4);
}

TYPED_TEST(ImageThatRuns, IsTheGivenOneAfterTheApplicationDiedInABoot) {
    for (std::size_t commands = 0; commands < 6; ++commands) {  // the most that a boot has
        for (const bool refused_first : {true, false}) {
            const auto m4 = this->make();
            this->tee().die_after(commands);
            ASSERT_EQ(outcome(m4->set_firmware(firmware(0))), "ok");
            const auto booted = m4->boot();
            if (booted) {  // the command is one of the stop
                ASSERT_GE(commands, 4U);
                if (!m4->shutdown()) {
                    ASSERT_EQ(outcome(m4->shutdown()), "ok");
                }
            } else {
                EXPECT_EQ(outcome(booted), "tee-application-died") << commands;
                EXPECT_THAT(booted.error().hint(), HasSubstr("E/TC"));
            }
            EXPECT_EQ(m4->state(), State::offline);
            if (refused_first) this->expect_refused(*m4);
            ASSERT_EQ(this->boot(*m4, firmware(1)), "ok") << commands;
            this->expect_runs(1);
            ASSERT_EQ(outcome(m4->shutdown()), "ok");
        }
    }
}

TYPED_TEST(ImageThatRuns, IsUnknownWhereTheApplicationDiesUnderIt) {
    const auto m4 = this->make();
    ASSERT_EQ(this->boot(*m4, firmware(0)), "ok");
    this->tee().die();
    EXPECT_EQ(outcome(m4->shutdown()), "tee-application-died");
    EXPECT_EQ(m4->state(), State::running);
    EXPECT_THAT(this->recorder.notices, Not(Contains("tee-state-lost")));
    EXPECT_EQ(outcome(m4->shutdown()), "ok");
    EXPECT_EQ(m4->state(), State::offline);
    EXPECT_THAT(this->recorder.notices, Contains("tee-state-lost").Times(1));
    this->expect_refused(*m4);
    ASSERT_EQ(this->boot(*m4, firmware(1)), "ok");
    this->expect_runs(1);
    EXPECT_THAT(this->recorder.notices, Contains("tee-state-lost").Times(1));
}

TYPED_TEST(ImageThatRuns, IsThatOfTheFileInARecoveryAfterTheApplicationDied) {
    const auto m4 = this->make();
    ASSERT_EQ(this->boot(*m4, firmware(1)), "ok");
    this->tee().die();
    EXPECT_EQ(outcome(m4->handle_crash(CrashType::watchdog)), "tee-application-died");
    EXPECT_EQ(m4->state(), State::crashed);
    EXPECT_EQ(outcome(m4->recover()), "ok");
    EXPECT_THAT(this->recorder.notices, Contains("tee-state-lost"));
    this->expect_runs(1);
}

// The death between the start's commands: the core may run, and the next load says so.
TYPED_TEST(ImageThatRuns, IsUnknownWhereTheApplicationDiesInTheStart) {
    const auto m4 = this->make();
    std::vector<std::string>& calls = this->board.tee->calls;
    ASSERT_EQ(this->boot(*m4, firmware(0)), "ok");
    const auto commands = static_cast<std::size_t>(std::ranges::find(calls, "START") - calls.begin()) - 1;  // "OPEN"
    ASSERT_EQ(outcome(m4->shutdown()), "ok");
    this->tee().die_after(commands - 1);  // this boot need not release first
    EXPECT_EQ(this->boot(*m4, firmware(0)), "tee-application-died");
    EXPECT_THAT(this->recorder.notices, Not(Contains("tee-state-lost")));
    ASSERT_EQ(this->boot(*m4, firmware(1)), "ok");
    EXPECT_THAT(this->recorder.notices, Contains("tee-state-lost"));
    this->expect_runs(1);
}

}  // namespace
}  // namespace rproc
