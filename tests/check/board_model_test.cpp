// SPDX-License-Identifier: BSD-2-Clause
#include "check/model/board_model.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "rproc/memory/model_memory.hpp"
#include "rproc/platform/board.hpp"

namespace rproc::check {
namespace {

platform::Stm32mp15Config dk2() {
    const auto board = platform::embedded_board("stm32mp157c-dk2");
    EXPECT_TRUE(board.has_value());
    return board->config;
}

DeviceRange range(std::uint64_t da, std::uint64_t size) { return *DeviceRange::make(DeviceAddress(da), size); }

TEST(BoardModel, HasTheMemoryMapAndOutlivesTheConfiguration) {
    std::optional<platform::Stm32mp15Config> config = dk2();
    const BoardModel board(*config);
    config.reset();

    const auto expected = memory_map(dk2());
    EXPECT_TRUE(std::ranges::equal(board.memories(), expected, {}, &MemoryEntry::device, &MemoryEntry::device));
    EXPECT_TRUE(std::ranges::equal(board.memories(), expected, {}, &MemoryEntry::name, &MemoryEntry::name));
}

TEST(BoardModel, FindsAMemoryByItsWholeName) {
    const BoardModel board(dk2());

    ASSERT_NE(board.find("vdev0vring1"), nullptr);
    EXPECT_EQ(board.find("vdev0vring1")->device, range(0x10041000, 0x1000));
    EXPECT_EQ(board.find("vdev0vring"), nullptr);
    EXPECT_EQ(board.find(""), nullptr);
}

TEST(BoardModel, FindsNoMemoryThatTheProcessorDoesNotReach) {
    auto config = dk2();
    config.regions.push_back({"ddr", PhysicalRange::make(PhysicalAddress(0xc0000000), 0x1000)});
    config.regions.push_back({"no_reg", std::nullopt});
    const BoardModel board(config);

    EXPECT_EQ(board.find("ddr"), nullptr);
    EXPECT_EQ(board.find("no_reg"), nullptr);
}

TEST(BoardModel, AMemoryHoldsARangeAsAWhole) {
    const BoardModel board(dk2());

    ASSERT_NE(board.loadable_memory_of(range(0xff00, 0x100)), nullptr);
    EXPECT_EQ(board.loadable_memory_of(range(0xff00, 0x100))->name, "retram");
    EXPECT_EQ(board.loadable_memory_of(range(0xff00, 0x101)), nullptr);
    EXPECT_EQ(board.loadable_memory_of(range(0x80100000, 1)), nullptr);
}

TEST(BoardModel, NothingIsLoadedToTheBuffersOfVirtio) {
    const BoardModel board(dk2());

    ASSERT_NE(board.find("vdev0buffer"), nullptr);
    EXPECT_EQ(board.loadable_memory_of(board.find("vdev0buffer")->device), nullptr);
}

TEST(BoardModel, RoomForACarveoutIsThatOfItsMemoryRegion) {
    auto config = dk2();
    config.regions.push_back({"ddr", PhysicalRange::make(PhysicalAddress(0xc0000000), 0x3000)});
    config.regions.push_back({"no_reg", std::nullopt});
    const BoardModel board(config);

    EXPECT_EQ(board.room_for("vdev0vring0"), 0x1000U);
    EXPECT_EQ(board.room_for("ddr"), 0x3000U) << "whether the processor reaches it or not";
    EXPECT_EQ(board.room_for("no_reg"), 0U);
    EXPECT_EQ(board.room_for("vdev1vring0"), ModelMemory::kLargestAllocation) << "the DMA API gives it";
}

}  // namespace
}  // namespace rproc::check
