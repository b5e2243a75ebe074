// SPDX-License-Identifier: BSD-2-Clause
// A recovery whose firmware file was replaced by one with a resource table of another size: the table of the last boot
// goes over the new one, as in Linux (rproc_start), and a notice says so. The same for ELF files: tests/elf.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/alone.hpp"
#include "support/replaced_table.hpp"
#include "tee/secure_m4.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::outcome;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;

Bytes signed_with_table(unsigned traces, std::uint64_t da = test::kReplacedTableDa,
                        std::size_t segment = test::kTableSegment) {
    const Bytes image = test::elf_with_table(traces == 0 ? Bytes() : test::table_of_traces(traces), da, segment);
    return test::SignedPackage::of({image}, SignType::rsa_pkcs1_sha256).sign(test::signing_key("rsa2048"));
}

class TeeRecoveryTable : public ::testing::Test {
  protected:
    void boot_with_traces(unsigned traces) {
        file.replace(signed_with_table(traces));
        ASSERT_EQ(outcome(m4.set_firmware(file.source())), "ok");
        ASSERT_EQ(outcome(m4.boot()), "ok");
        ASSERT_THAT(recorder.notices, Not(Contains("table-size-changed")));
    }
    [[nodiscard]] Bytes memory_at_table(std::size_t size) {
        const auto bytes = test::alone(m4).carveouts.da_to_va(DeviceAddress(test::kReplacedTableDa), size);
        return {bytes.begin(), bytes.end()};
    }
    [[nodiscard]] Bytes table_in_use() {
        const auto table = test::alone(m4).table;
        return {table.begin(), table.end()};
    }

    test::TeeBoard board;
    test::Recorder recorder;
    test::ReplacedFile file;
    tee::TeeContext<test::RecordingTee> context{board.tee};
    test::RecordedM4<> m4{*context.register_processor(0), board.platform(), ObserverRef(recorder)};
};

TEST_F(TeeRecoveryTable, OfALargerSizeIsCoveredInPart) {
    boot_with_traces(1);
    const Bytes old_table = table_in_use();
    const Bytes new_table = test::table_of_traces(3);
    file.replace(signed_with_table(3));
    ASSERT_EQ(outcome(m4.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(recorder.notices, Contains("table-size-changed").Times(1));
    Bytes expected = new_table;
    std::ranges::copy(old_table, expected.begin());
    EXPECT_EQ(memory_at_table(new_table.size()), expected);
    EXPECT_EQ(table_in_use(), old_table);
    EXPECT_EQ(test::alone(m4).resources.traces.size(), 1U);
    EXPECT_EQ(outcome(m4.shutdown()), "ok");
}

TEST_F(TeeRecoveryTable, OfASmallerSizeIsCoveredWithWhatFollows) {
    boot_with_traces(3);
    const Bytes old_table = table_in_use();
    file.replace(signed_with_table(1));
    ASSERT_EQ(outcome(m4.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(recorder.notices, Contains("table-size-changed").Times(1));
    const Bytes memory = memory_at_table(test::kTableSegment);
    EXPECT_TRUE(std::equal(old_table.begin(), old_table.end(), memory.begin()));
    EXPECT_THAT(std::span(memory).subspan(old_table.size()), Each(test::kFiller));
    EXPECT_EQ(table_in_use(), old_table);
}

TEST_F(TeeRecoveryTable, ThatEndsWithItsMemoryRefusesALargerOne) {
    boot_with_traces(3);
    const Bytes small = test::table_of_traces(1);
    const std::uint64_t last = 0x10040000 - small.size();  // the end of the SRAM that the TEE loads to
    const auto& carveouts = test::alone(m4).carveouts;
    if (!carveouts.da_to_va(DeviceAddress(last), small.size() + 1).empty())
        GTEST_SKIP() << "one memory on Linux's side";
    file.replace(signed_with_table(1, last, small.size()));
    const auto recovered = m4.handle_crash(CrashType::watchdog);
    EXPECT_EQ(outcome(recovered), "table-size-changed");
    EXPECT_EQ(m4.state(), State::offline);
    EXPECT_TRUE(board.tee->client().is_clear(0));
    EXPECT_EQ(outcome(m4.boot()), "ok") << "a boot reads the new table";
}

TEST_F(TeeRecoveryTable, ThatIsMissingLeavesTheOneInUse) {
    boot_with_traces(1);
    const Bytes old_table = table_in_use();
    file.replace(signed_with_table(0));
    ASSERT_EQ(outcome(m4.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(recorder.notices, Contains("table-size-changed").Times(1));
    EXPECT_EQ(table_in_use(), old_table);
    EXPECT_THAT(memory_at_table(old_table.size()), Each(test::kFiller));
}

TEST_F(TeeRecoveryTable, ThatIsNewIsNotSetUp) {
    boot_with_traces(0);
    file.replace(signed_with_table(2));
    ASSERT_EQ(outcome(m4.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(recorder.notices, Contains("table-size-changed").Times(1));
    EXPECT_EQ(memory_at_table(test::table_of_traces(2).size()), test::table_of_traces(2));
    EXPECT_TRUE(test::alone(m4).resources.traces.empty());
}

TEST_F(TeeRecoveryTable, OfTheSameSizeHasNoNotice) {
    boot_with_traces(2);
    ASSERT_EQ(outcome(m4.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(recorder.notices, Not(Contains("table-size-changed")));
}

}  // namespace
}  // namespace rproc
