// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/kernel_log.hpp"

#include <gmock/gmock.h>

#include "rproc/sysfs/sysfs_text.hpp"

namespace rproc::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(KernelLog, ReadsARecord) {
    const auto line = sysfs::parse_kmsg("4,1206,5140900,-;remoteproc remoteproc0: a warning; with a semicolon");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->level, LogLevel::warning);
    EXPECT_EQ(line->source, LogSource::remoteproc);
    EXPECT_EQ(line->text, "remoteproc remoteproc0: a warning; with a semicolon");
}

TEST(KernelLog, FacilityIsNotPartOfTheLevel) {
    EXPECT_EQ(sysfs::parse_kmsg("27,1,1,-;x")->level, LogLevel::error);
    EXPECT_EQ(sysfs::parse_kmsg("30,1,1,-,caller=T1;x")->level, LogLevel::info);
}

TEST(KernelLog, OtherTextIsNotARecord) {
    for (const auto* text : {"", "hello", ";", "x,1,1,-;text", "3;text", ",1;text", "99999999999,1,1,-;text"})
        EXPECT_FALSE(sysfs::parse_kmsg(text)) << text;
}

std::vector<std::string> texts_about(const std::vector<std::string>& records) {
    std::vector<std::string> texts;
    for (const auto& line : sysfs::lines_about(records, "remoteproc1", "10000000.m4")) texts.push_back(line.text);
    return texts;
}

TEST(KernelLog, SelectsTheLinesOfOneProcessorWithoutTheirPrefix) {
    EXPECT_THAT(texts_about({"6,1,1,-;remoteproc remoteproc1: powering up m4", "6,2,1,-;remoteproc remoteproc10: other",
                             "3,3,1,-;stm32-rproc 10000000.m4: memory region not valid 0x10000000",
                             "6,4,1,-;usb 1-1: new device", "broken",
                             "6,5,1,-;rproc-virtio rproc-virtio.1.auto: registered virtio0 (type 7)",
                             "4,6,1,-;rproc-virtio: probe of rproc-virtio.1.auto failed with error -12"}),
                ElementsAre("powering up m4", "memory region not valid 0x10000000", "registered virtio0 (type 7)",
                            "rproc-virtio: probe of rproc-virtio.1.auto failed with error -12"));
}

TEST(KernelLog, UnknownDeviceHasNoLines) {
    EXPECT_THAT(sysfs::lines_about({"3,3,1,-;driver : text"}, "remoteproc0", ""), IsEmpty());
}

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
