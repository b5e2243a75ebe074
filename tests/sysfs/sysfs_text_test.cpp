// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/sysfs_text.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rproc::test {
namespace {

using ::testing::IsEmpty;

const std::string kTable =
    "Entry 0 is of type vdev\n  ID 7\n  Number of vrings 2\n\n  Vring 0\n    Device Address 0x1\n\n"
    "Entry 1 is of type trace\n  Device Address 0x10008000\n  Length 0x800 Bytes\n  Reserved (should be zero) [0]\n"
    "  Name cm4_log\n\n"
    "Entry 2 is of type carveout\n  Length 0x4000 Bytes\n  Name vdev0buffer\n\n"
    "Entry 3 is of type trace\n  Length 0x10 Bytes\n  Name \n\n";

TEST(SysfsText, FindsTheTraceEntriesOfATable) {
    const auto entries = sysfs::trace_entries(kTable);
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].name, "cm4_log");
    EXPECT_EQ(entries[0].length, 0x800U);
    EXPECT_EQ(entries[1].name, "");
    EXPECT_EQ(entries[1].length, 0x10U);
    EXPECT_TRUE(sysfs::has_table(kTable));
}

TEST(SysfsText, NoTableHasNoEntries) {
    const std::string none = "No resource table found\n";
    EXPECT_FALSE(sysfs::has_table(none));
    EXPECT_THAT(sysfs::trace_entries(none), IsEmpty());
    EXPECT_THAT(sysfs::trace_entries(""), IsEmpty());
}

TEST(SysfsText, FindsTheCarveouts) {
    const auto entries = sysfs::carveout_entries(
        "Carveout memory entry:\n\tName: retram\n\tVirtual address: 0000000012345678\n\tDMA address: 0x38000000\n"
        "\tDevice address: 0x0\n\tLength: 0x10000 Bytes\n\n"
        "Carveout memory entry:\n\tName: mcuram2\n\tDevice address: 0x10000000\n\tLength: 0x40000 Bytes\n\n");
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].name, "retram");
    EXPECT_EQ(entries[0].length, 0x10000U);
    EXPECT_EQ(entries[1].device_address, DeviceAddress(0x10000000));
    EXPECT_THAT(sysfs::carveout_entries("\tName: nobody's\n"), IsEmpty());
}

TEST(SysfsText, TraceFilesHaveANumber) {
    EXPECT_TRUE(sysfs::is_trace_file("trace0"));
    EXPECT_TRUE(sysfs::is_trace_file("trace12"));
    for (const auto* name : {"trace", "trace0x", "traces", "name"}) EXPECT_FALSE(sysfs::is_trace_file(name)) << name;
}

}  // namespace
}  // namespace rproc::test
