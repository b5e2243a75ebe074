// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "debug/coredump_memory.hpp"

namespace rproc {
namespace {

using test::CoredumpTest;
using ::testing::ElementsAre;

std::vector<std::string> described(const std::vector<DumpSegment>& segments) {
    std::vector<std::string> texts;
    for (const DumpSegment& segment : segments)
        texts.push_back(segment.name + " " + to_string(segment.da) + " " + std::to_string(segment.size));
    return texts;
}

TEST_F(CoredumpTest, MappedRegionsAreSegmentsInTheirOrder) {
    add(Carveout::region("mcuram", DeviceAddress(0x10000000), PhysicalAddress(0x10000000), 0x100));
    add(Carveout::region("retram", DeviceAddress(0), PhysicalAddress(0x38000000), 0x40));
    add(Carveout::pool("vdev0buffer", PhysicalAddress(0x10042000), 0x4000));
    add(Carveout::allocated("text", DeviceAddress(0x20000000), 0x1000));
    ASSERT_TRUE(carveouts.add(Carveout::region("unmapped", DeviceAddress(0x30000000), PhysicalAddress(0x30000000), 4)));
    EXPECT_THAT(described(dump_segments_of(carveouts)), ElementsAre("mcuram 0x10000000 256", "retram 0x0 64"));
}

TEST_F(CoredumpTest, TraceIsAddedUnlessASegmentStartsAtItsDa) {
    add_retram_and_mcuram();
    auto segments = dump_segments_of(carveouts);
    const std::vector<TraceBuffer> traces{{"at_start", DeviceAddress(0x10000000), 0x10},
                                          {"inside", DeviceAddress(0x10000040), 0x20},
                                          {"again", DeviceAddress(0x10000040), 0x30}};
    add_trace_segments(segments, traces);
    EXPECT_THAT(described(segments), ElementsAre("retram 0x0 64", "mcuram 0x10000000 256", "inside 0x10000040 32"));
}

TEST(CoredumpMode, HasTheNamesOfSysfs) {
    EXPECT_EQ(to_string(CoredumpMode::disabled), "disabled");
    EXPECT_EQ(to_string(CoredumpMode::enabled), "enabled");
    EXPECT_EQ(to_string(CoredumpMode::inline_), "inline");
    EXPECT_EQ(parse_coredump_mode("inline"), CoredumpMode::inline_);
    EXPECT_EQ(parse_coredump_mode("enabled\n"), CoredumpMode::enabled);
    for (const auto* const word : {"", "\n", "dis", "disabled\n\n", "Enabled", "inline_"})
        EXPECT_EQ(parse_coredump_mode(word), std::nullopt) << word;
}

}  // namespace
}  // namespace rproc
