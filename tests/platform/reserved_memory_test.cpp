// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/reserved_memory.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/platform/board.hpp"

namespace rproc::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::vector<ReservedRegion> regions_of(const std::string& tree) {
    const auto board = read_board(std::string(RPROC_TEST_BOARD_DIR "/") + tree + ".dtb");
    EXPECT_TRUE(board.has_value()) << board.error().message();
    return board ? board->config.regions : std::vector<ReservedRegion>();
}

const ReservedRegion& named(const std::vector<ReservedRegion>& regions, std::string_view name) {
    return *std::ranges::find(regions, name, &ReservedRegion::name);
}

TEST(ReservedMemory, SaysWhyLinuxDoesNotGiveARegion) {
    const auto regions = regions_of("reserved-memory-faults");
    ASSERT_EQ(regions.size(), 13U);
    EXPECT_EQ(regions.front().fault, RegionFault::dangling);
    EXPECT_EQ(regions.front().name, "0x7777");
    EXPECT_EQ(named(regions, "elsewhere").fault, RegionFault::elsewhere);
    EXPECT_EQ(named(regions, "off").fault, RegionFault::disabled);
    EXPECT_EQ(named(regions, "nothing").fault, RegionFault::reg_missing);
    EXPECT_EQ(named(regions, "cut").fault, RegionFault::reg_missing);
    EXPECT_EQ(named(regions, "chosen").fault, RegionFault::dynamic);
    EXPECT_EQ(named(regions, "ram").fault, RegionFault::linux_ram);
    for (const std::string_view sound : {"kept", "reused", "empty", "upper", "mcuram2"})
        EXPECT_EQ(named(regions, sound).fault, RegionFault::none) << sound;
    EXPECT_EQ(std::ranges::count_if(regions, is_refused), 6);
    EXPECT_EQ(named(regions, "mcuram2").node, "mcuram2@60000000");
}

TEST(ReservedMemory, OnlyASharedDmaPoolWithNoMapAndASizeIsAPool) {
    const auto regions = regions_of("reserved-memory-faults");
    for (const std::string_view other : {"ram", "kept", "reused", "empty", "upper"})
        EXPECT_FALSE(named(regions, other).dma_pool) << other;
    EXPECT_TRUE(named(regions, "mcuram2").dma_pool);
    EXPECT_FALSE(named(regions_of("vdev0buffer-without-pool"), "vdev0buffer").dma_pool);
}

TEST(ReservedMemory, WithoutRangesNoRegionIsReserved) {
    for (const ReservedRegion& region : regions_of("reserved-memory-without-ranges"))
        EXPECT_EQ(region.fault, RegionFault::format_unsupported) << region.name;
}

TEST(ReservedMemory, OverlapsAreOfDifferentNodes) {
    EXPECT_THAT(overlaps_of(regions_of("reserved-memory-faults")), ElementsAre(Pair(10, 11), Pair(10, 12)))
        << "upper and mcuram2, which is listed twice";
    EXPECT_THAT(overlaps_of(regions_of("qemu-virt-m4")), ElementsAre());
}

TEST(ReservedMemory, EachFaultHasItsOwnWords) {
    std::set<std::string> texts;
    for (const ReservedRegion& region : regions_of("reserved-memory-faults")) {
        if (!is_refused(region)) continue;
        const Error error = region_error(region, "/soc/m4");
        EXPECT_EQ(error.code(), ErrorCode::dt_property_malformed);
        EXPECT_THAT(error.what(), HasSubstr(region.name));
        EXPECT_FALSE(error.hint().empty());
        texts.insert(error.hint());
    }
    EXPECT_EQ(texts.size(), 5U) << "a missing reg and one that is cut off have the same hint";
}

}  // namespace
}  // namespace rproc::platform
