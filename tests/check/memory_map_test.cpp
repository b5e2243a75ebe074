// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/memory_map.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/platform/board.hpp"

namespace rproc::check {
namespace {

platform::Stm32mp15Config dk2() {
    const auto board = platform::embedded_board("stm32mp157c-dk2");
    EXPECT_TRUE(board.has_value());
    return board->config;
}

std::string explain(std::uint64_t da, std::uint64_t size) {
    return explain_misfit(dk2(), *DeviceRange::make(DeviceAddress(da), size));
}

TEST(MemoryMap, IsSortedByDeviceAddressWithBothAddresses) {
    std::vector<std::string> names;
    for (const MemoryEntry& entry : memory_map(dk2())) {
        names.push_back(entry.name);
        EXPECT_EQ(entry.device.size(), entry.physical.size());
        EXPECT_EQ(entry.loadable, entry.name != "vdev0buffer");
    }

    EXPECT_THAT(names,
                ::testing::ElementsAre("retram", "mcuram2", "vdev0vring0", "vdev0vring1", "vdev0buffer", "mcuram"));
    EXPECT_EQ(memory_map(dk2()).front().physical.start(), PhysicalAddress(0x38000000));
}

TEST(ExplainMisfit, SaysHowFarASegmentRunsPastItsMemory) {
    EXPECT_EQ(explain(0x10000000, 0x4b418), "begins in mcuram2 (0x10000000+0x40000) and ends 46,104 bytes past it");
    EXPECT_EQ(explain(0xff00, 0x101), "begins in retram (0x0+0x10000) and ends 1 byte past it");
    EXPECT_EQ(explain(0xff00, 0x4c0), "begins in retram (0x0+0x10000) and ends 960 bytes past it");
}

TEST(ExplainMisfit, SaysHowFarBeforeAMemoryASegmentBegins) {
    EXPECT_EQ(explain(0x2fffff00, 0x200), "begins 256 bytes before mcuram (0x30000000+0x40000)");
}

TEST(ExplainMisfit, RecognisesAPhysicalAddress) {
    EXPECT_EQ(explain(0x38000100, 0x20),
              "0x38000100 is a physical address of retram; the processor sees it at da 0x100");
}

TEST(ExplainMisfit, KnowsMemoryThatIsKeptForVirtio) {
    EXPECT_EQ(explain(0x10042000, 0x100),
              "lies in vdev0buffer (0x10042000+0x4000), which Linux keeps for virtio buffers and never maps");
}

TEST(ExplainMisfit, NamesTheNearestMemory) {
    EXPECT_EQ(explain(0x80100000, 0x540), "lies in no memory of the board; the nearest is mcuram (0x30000000+0x40000)");
    EXPECT_EQ(explain(0x10, 0).substr(0, 6), "begins");
}

TEST(ExplainMisfit, BoardWithoutMemorySaysSo) {
    EXPECT_EQ(explain_misfit({}, *DeviceRange::make(DeviceAddress(0), 1)),
              "the board shares no memory with the processor");
}

}  // namespace
}  // namespace rproc::check
