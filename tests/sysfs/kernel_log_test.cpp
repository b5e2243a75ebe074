// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/kernel_log.hpp"

#include <gmock/gmock.h>

#include "rproc/sysfs/sysfs_text.hpp"

namespace rproc::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

}  // namespace
}  // namespace rproc::test
