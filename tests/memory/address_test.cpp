// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/memory/address.hpp"

#include <concepts>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace rproc {
namespace {

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

DeviceRange range(std::uint64_t start, std::uint64_t size) {
    return DeviceRange::make(DeviceAddress(start), size).value();
}

static_assert(!std::convertible_to<DeviceAddress, PhysicalAddress>);
static_assert(!std::constructible_from<PhysicalAddress, DeviceAddress>);
static_assert(!std::convertible_to<std::uint64_t, DeviceAddress>);
static_assert(!std::convertible_to<DeviceAddress, std::uint64_t>);
static_assert(!std::convertible_to<DeviceRange, PhysicalRange>);
static_assert(!std::equality_comparable_with<DeviceAddress, PhysicalAddress>);

TEST(Address, PlusAddsUpToTheLastAddress) {
    EXPECT_EQ(DeviceAddress(0x1000).plus(0x234), DeviceAddress(0x1234));
    EXPECT_EQ(DeviceAddress(kTop - 1).plus(1), DeviceAddress(kTop));
    EXPECT_EQ(DeviceAddress(kTop).plus(0), DeviceAddress(kTop));
}

TEST(Address, PlusRefusesToWrap) {
    EXPECT_EQ(DeviceAddress(kTop).plus(1), std::nullopt);
    EXPECT_EQ(DeviceAddress(1).plus(kTop), std::nullopt);
}

TEST(Address, PlusKeepsTheUpperHalf) { EXPECT_EQ(DeviceAddress(0xffffffff).plus(1), DeviceAddress(0x100000000)); }

TEST(Address, OffsetFromIsTheDistanceOrNothing) {
    EXPECT_EQ(DeviceAddress(0x1010).offset_from(DeviceAddress(0x1000)), 0x10U);
    EXPECT_EQ(DeviceAddress(0x1000).offset_from(DeviceAddress(0x1000)), 0U);
    EXPECT_EQ(DeviceAddress(0xfff).offset_from(DeviceAddress(0x1000)), std::nullopt);
    EXPECT_EQ(DeviceAddress(kTop).offset_from(DeviceAddress(0)), kTop);
}

// A da of 0x1_0000_1000 is not offset 0 of memory at 0x1000.
TEST(Address, RegressionOffsetKeeps64Bits) {
    EXPECT_EQ(DeviceAddress(0x100001000).offset_from(DeviceAddress(0x1000)), 0x100000000U);
}

TEST(Address, ComparesByValue) {
    EXPECT_LT(DeviceAddress(1), DeviceAddress(2));
    EXPECT_EQ(DeviceAddress(), DeviceAddress(0));
    EXPECT_LT(DeviceAddress(0xffffffff), DeviceAddress(0x100000000));
}

TEST(Address, PrintsAsHex) { EXPECT_EQ(to_string(PhysicalAddress(0x10000000)), "0x10000000"); }

TEST(AddressRange, MakeRefusesARangeThatWraps) {
    EXPECT_TRUE(DeviceRange::make(DeviceAddress(kTop), 0).has_value());
    EXPECT_TRUE(DeviceRange::make(DeviceAddress(kTop - 0x10), 0x10).has_value());
    EXPECT_FALSE(DeviceRange::make(DeviceAddress(kTop - 0x10), 0x11).has_value());
    EXPECT_FALSE(DeviceRange::make(DeviceAddress(2), kTop).has_value());
}

TEST(AddressRange, ContainsItsFirstAndLastByte) {
    const auto memory = range(0x1000, 0x100);
    EXPECT_FALSE(memory.contains(DeviceAddress(0xfff)));
    EXPECT_TRUE(memory.contains(DeviceAddress(0x1000)));
    EXPECT_TRUE(memory.contains(DeviceAddress(0x10ff)));
    EXPECT_FALSE(memory.contains(DeviceAddress(0x1100)));
}

TEST(AddressRange, ContainsOnlyWholeRanges) {
    const auto memory = range(0x1000, 0x100);
    EXPECT_TRUE(memory.contains(memory));
    EXPECT_TRUE(memory.contains(range(0x10ff, 1)));
    EXPECT_FALSE(memory.contains(range(0x10ff, 2)));
    EXPECT_FALSE(memory.contains(range(0xfff, 2)));
    EXPECT_FALSE(memory.contains(range(0xfff, 0x102)));
}

TEST(AddressRange, ContainsAnEmptyRangeInsideAndAtItsEnd) {
    const auto memory = range(0x1000, 0x100);
    EXPECT_TRUE(memory.contains(range(0x1000, 0)));
    EXPECT_TRUE(memory.contains(range(0x1100, 0)));
    EXPECT_FALSE(memory.contains(range(0x1101, 0)));
}

TEST(AddressRange, NeighboursDoNotOverlap) {
    EXPECT_FALSE(range(0x1000, 0x100).overlaps(range(0x1100, 0x100)));
    EXPECT_FALSE(range(0x1100, 0x100).overlaps(range(0x1000, 0x100)));
    EXPECT_TRUE(range(0x1000, 0x101).overlaps(range(0x1100, 0x100)));
    EXPECT_TRUE(range(0x1000, 0x1000).overlaps(range(0x1100, 0x10)));
}

TEST(AddressRange, PrintsStartAndSize) { EXPECT_EQ(to_string(range(0x80100000, 0x540)), "0x80100000+0x540"); }

TEST(AddressRange, IsEmptyByDefault) {
    EXPECT_TRUE(DeviceRange().empty());
    EXPECT_FALSE(range(0, 1).empty());
}

}  // namespace
}  // namespace rproc
