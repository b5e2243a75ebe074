// SPDX-License-Identifier: BSD-2-Clause
// A recovery whose ELF file was replaced by one with a resource table of another size: the table of the last boot goes
// over the new one, as in Linux (rproc_start), and a notice says so. The same for signed images: tests/tee.
#include <algorithm>
#include <span>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "support/alone.hpp"
#include "support/replaced_table.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::outcome;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Not;

class ElfRecoveryTable : public ::testing::Test {
  protected:
    void boot_with(const Bytes& table) {
        file.replace(test::elf_with_table(table));
        ASSERT_EQ(outcome(m4.set_firmware(file.source())), "ok");
        ASSERT_EQ(outcome(m4.boot()), "ok");
        ASSERT_THAT(recorder.notices, Not(Contains("table-size-changed")));
    }
    void recover_with(const Bytes& table) {
        file.replace(test::elf_with_table(table));
        ASSERT_EQ(outcome(m4.handle_crash(CrashType::watchdog)), "ok");
        EXPECT_THAT(recorder.notices, Contains("table-size-changed").Times(1));
    }
    [[nodiscard]] Bytes memory_at_table() {
        const auto bytes =
            test::alone(m4).carveouts.da_to_va(DeviceAddress(test::kReplacedTableDa), test::kTableSegment);
        return {bytes.begin(), bytes.end()};
    }
    [[nodiscard]] Bytes table_in_use() {
        const auto table = test::alone(m4).table;
        return {table.begin(), table.end()};
    }

    test::Recorder recorder;
    test::ReplacedFile file;
    RemoteProcessor<elf::Backend, platform::ModelStm32mp15, Mainline, ObserverRef<test::Recorder>> m4{
        elf::Backend{}, platform::ModelStm32mp15(platform::embedded_board("stm32mp157c-dk2")->config),
        ObserverRef(recorder)};
};

TEST_F(ElfRecoveryTable, OfALargerSizeIsCoveredInPart) {
    boot_with(test::table_of_traces(1));
    const Bytes old_table = table_in_use();
    const Bytes new_table = test::table_of_traces(3);
    recover_with(new_table);
    Bytes expected(test::kTableSegment, test::kFiller);
    std::ranges::copy(new_table, expected.begin());
    std::ranges::copy(old_table, expected.begin());
    EXPECT_EQ(memory_at_table(), expected);
    EXPECT_EQ(table_in_use(), old_table);
    EXPECT_EQ(test::alone(m4).resources.traces.size(), 1U);
}

TEST_F(ElfRecoveryTable, OfASmallerSizeIsCoveredWithWhatFollows) {
    boot_with(test::table_of_traces(3));
    const Bytes old_table = table_in_use();
    recover_with(test::table_of_traces(1));
    Bytes expected(test::kTableSegment, test::kFiller);
    std::ranges::copy(old_table, expected.begin());
    EXPECT_EQ(memory_at_table(), expected);
    EXPECT_EQ(table_in_use(), old_table);
    EXPECT_EQ(test::alone(m4).resources.traces.size(), 3U);
}

TEST_F(ElfRecoveryTable, ThatIsMissingLeavesTheOneInUse) {
    boot_with(test::table_of_traces(1));
    const Bytes old_table = table_in_use();
    recover_with({});
    EXPECT_EQ(table_in_use(), old_table);
    EXPECT_THAT(memory_at_table(), Each(test::kFiller));
}

TEST_F(ElfRecoveryTable, ThatIsNewIsNotSetUp) {
    boot_with({});
    recover_with(test::table_of_traces(2));
    EXPECT_TRUE(test::alone(m4).resources.traces.empty());
    EXPECT_TRUE(table_in_use().empty());
}

TEST_F(ElfRecoveryTable, OfTheSameSizeHasNoNotice) {
    boot_with(test::table_of_traces(2));
    ASSERT_EQ(outcome(m4.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(recorder.notices, Not(Contains("table-size-changed")));
}

}  // namespace
}  // namespace rproc
