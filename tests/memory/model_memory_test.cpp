// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/memory/model_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc {
namespace {

using test::outcome;

PhysicalRange place(std::uint64_t start, std::uint64_t size) {
    return PhysicalRange::make(PhysicalAddress(start), size).value();
}

bool is_zero(std::span<const std::byte> bytes) {
    return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

TEST(ModelMemory, MapsZeroedBytes) {
    ModelMemory memory;
    const auto mapping = memory.map(place(0x38000000, 0x10000));
    ASSERT_EQ(outcome(mapping), "ok");
    EXPECT_EQ(mapping->bytes().size(), 0x10000U);
    EXPECT_TRUE(is_zero(mapping->bytes()));
    EXPECT_EQ(memory.mapped(), 1U);
}

TEST(ModelMemory, FixedRangeKeepsItsContent) {
    ModelMemory memory;
    memory.map(place(0x1000, 0x100)).value().bytes()[7] = std::byte{0x5a};
    EXPECT_EQ(memory.mapped(), 0U);
    EXPECT_FALSE(memory.is_clear());
    EXPECT_EQ(memory.map(place(0x1000, 0x100)).value().bytes()[7], std::byte{0x5a});
}

TEST(ModelMemory, EveryMappingOfARangeShowsTheSameBytes) {
    ModelMemory memory;
    const auto whole = memory.map(place(0x1000, 0x100)).value();
    const auto part = memory.map(place(0x1040, 0x10)).value();
    whole.bytes()[0x41] = std::byte{9};
    ASSERT_EQ(part.bytes().size(), 0x10U);
    EXPECT_EQ(part.bytes()[1], std::byte{9});
    EXPECT_EQ(memory.mapped(), 2U);
}

TEST(ModelMemory, RefusesARangeThatOverlapsAnotherPartly) {
    ModelMemory memory;
    const auto mapping = memory.map(place(0x1000, 0x100));
    EXPECT_EQ(outcome(memory.map(place(0x10ff, 2))), "memory-overlap");
    EXPECT_EQ(outcome(memory.map(place(0xf00, 0x400))), "memory-overlap");
    EXPECT_EQ(outcome(memory.map(place(0xfff, 2))), "memory-overlap");
    EXPECT_EQ(outcome(memory.map(place(0x1100, 0x100))), "ok");
}

TEST(ModelMemory, RefusesEmptyAndTooLargeSizes) {
    ModelMemory memory;
    EXPECT_EQ(outcome(memory.map(place(0x1000, 0))), "memory-exhausted");
    EXPECT_EQ(outcome(memory.map(place(0x1000, ModelMemory::kLargestRegion + 1))), "memory-exhausted");
    EXPECT_EQ(outcome(memory.allocate(0)), "memory-exhausted");
    EXPECT_EQ(outcome(memory.allocate(ModelMemory::kLargestAllocation + 1)), "memory-exhausted");
    EXPECT_EQ(memory.mapped(), 0U);
}

TEST(ModelMemory, RefusesAnEmptyRangeInsideAMappedOne) {
    ModelMemory memory;
    const auto mapping = memory.map(place(0x1000, 0x100));
    EXPECT_EQ(outcome(memory.map(place(0x1000, 0))), "memory-exhausted");
    EXPECT_EQ(outcome(memory.map(place(0x1080, 0))), "memory-exhausted");
    EXPECT_EQ(memory.mapped(), 1U);
}

TEST(ModelMemory, AllocatesUpToItsLimit) {
    ModelMemory memory;
    const auto allocation = memory.allocate(ModelMemory::kLargestAllocation);
    ASSERT_EQ(outcome(allocation), "ok");
    EXPECT_EQ(allocation->mapping.bytes().size(), ModelMemory::kLargestAllocation);
}

TEST(ModelMemory, AllocationsAreZeroedPageAlignedAndDisjoint) {
    ModelMemory memory;
    const auto first = memory.allocate(0x1001).value();
    const auto second = memory.allocate(0x20).value();
    EXPECT_EQ(first.pa, ModelMemory::kPoolStart);
    EXPECT_EQ(second.pa.value() % 4096, 0U);
    EXPECT_FALSE(place(first.pa.value(), 0x1001).overlaps(place(second.pa.value(), 0x20)));
    EXPECT_TRUE(is_zero(first.mapping.bytes()));
    EXPECT_TRUE(is_zero(second.mapping.bytes()));
}

TEST(ModelMemory, AllocationIsFreedWithItsMapping) {
    ModelMemory memory;
    {
        const auto first = memory.allocate(0x100).value();
        first.mapping.bytes()[0] = std::byte{1};
        EXPECT_EQ(memory.mapped(), 1U);
    }
    EXPECT_EQ(memory.mapped(), 0U);
    EXPECT_TRUE(is_zero(memory.allocate(0x100).value().mapping.bytes()));
}

TEST(ModelMemory, AllocationsMayBeFreedInAnyOrder) {
    ModelMemory memory;
    auto first = memory.allocate(0x100).value();
    auto second = memory.allocate(0x100).value();
    first.mapping.reset();
    const auto third = memory.allocate(0x100).value();
    EXPECT_NE(second.pa, third.pa);
    second.mapping.bytes()[0] = std::byte{7};
    EXPECT_TRUE(is_zero(third.mapping.bytes()));
    EXPECT_EQ(memory.mapped(), 2U);
}

TEST(ModelMemory, CopyOfTheHandleSharesTheMemory) {
    ModelMemory memory;
    const ModelMemory seen = memory;
    const auto mapping = memory.map(place(0x1000, 0x10)).value();
    EXPECT_EQ(seen.mapped(), 1U);
    mapping.bytes()[0] = std::byte{1};
    EXPECT_FALSE(seen.is_clear());
}

TEST(ModelMemory, ClearZeroesFixedRanges) {
    ModelMemory memory;
    const auto mapping = memory.map(place(0x1000, 0x10)).value();
    mapping.bytes()[3] = std::byte{1};
    memory.clear();
    EXPECT_EQ(mapping.bytes()[3], std::byte{0});
    EXPECT_TRUE(memory.is_clear());
}

}  // namespace
}  // namespace rproc
