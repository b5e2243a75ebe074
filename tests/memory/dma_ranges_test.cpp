// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/memory/dma_ranges.hpp"

#include <cstdint>
#include <limits>
#include <optional>

#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc {
namespace {

using test::outcome;

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

DeviceRange device(std::uint64_t start, std::uint64_t size) {
    return DeviceRange::make(DeviceAddress(start), size).value();
}
PhysicalRange physical(std::uint64_t start, std::uint64_t size) {
    return PhysicalRange::make(PhysicalAddress(start), size).value();
}

/// The dma-ranges of an STM32MP15 Cortex-M4: RETRAM at da 0, and two aliases of the MCU's SRAM.
class Stm32Ranges : public ::testing::Test {
  protected:
    void SetUp() override {
        add(0x00000000, 0x38000000, 0x10000);
        add(0x10000000, 0x10000000, 0x60000);
        add(0x30000000, 0x10000000, 0x60000);
    }
    void add(std::uint64_t da, std::uint64_t pa, std::uint64_t size) {
        ASSERT_EQ(outcome(ranges.add(DeviceAddress(da), PhysicalAddress(pa), size)), "ok");
    }

    DmaRanges ranges;
};

TEST_F(Stm32Ranges, TranslateADeviceRange) {
    EXPECT_EQ(ranges.to_physical(device(0x100, 0x40)), physical(0x38000100, 0x40));
    EXPECT_EQ(ranges.to_physical(device(0x30040000, 0x1000)), physical(0x10040000, 0x1000));
}

TEST_F(Stm32Ranges, TranslateAPhysicalRange) {
    EXPECT_EQ(ranges.to_device(physical(0x38000100, 0x40)), device(0x100, 0x40));
}

TEST_F(Stm32Ranges, FirstOfOverlappingWindowsWins) {
    EXPECT_EQ(ranges.to_device(physical(0x10040000, 4)), device(0x10040000, 4));
}

TEST_F(Stm32Ranges, TranslateARangeUpToTheLastByteOfAWindow) {
    EXPECT_EQ(ranges.to_physical(device(0, 0x10000)), physical(0x38000000, 0x10000));
    EXPECT_EQ(ranges.to_physical(device(0xffff, 1)), physical(0x3800ffff, 1));
    EXPECT_EQ(ranges.to_physical(device(0xffff, 2)), std::nullopt);
    EXPECT_EQ(ranges.to_physical(device(0x10000, 1)), std::nullopt);
}

TEST_F(Stm32Ranges, DaOfRetramIsNotItsPa) {
    EXPECT_EQ(ranges.to_physical(device(0x38000000, 4)), std::nullopt);
    EXPECT_EQ(ranges.to_device(physical(0, 4)), std::nullopt);
}

TEST_F(Stm32Ranges, TranslateOnePhysicalAddress) {
    EXPECT_EQ(ranges.to_device(PhysicalAddress(0x38000000)), DeviceAddress(0));
    EXPECT_EQ(ranges.to_device(PhysicalAddress(0x3800ffff)), DeviceAddress(0xffff));
    EXPECT_EQ(ranges.to_device(PhysicalAddress(0x38010000)), std::nullopt);
    EXPECT_EQ(ranges.to_device(PhysicalAddress(kTop)), std::nullopt);
}

// Only the lower half of this address lies in a window.
TEST_F(Stm32Ranges, RegressionUpper32BitsOfAnAddressCount) {
    EXPECT_EQ(ranges.to_physical(device(0x100000100, 4)), std::nullopt);
    EXPECT_EQ(ranges.to_device(physical(0x138000100, 4)), std::nullopt);
    EXPECT_EQ(ranges.to_device(PhysicalAddress(0x138000100)), std::nullopt);
}

TEST_F(Stm32Ranges, KeepTheirOrder) {
    ASSERT_EQ(ranges.windows().size(), 3U);
    EXPECT_EQ(ranges.windows()[0].device, device(0, 0x10000));
    EXPECT_EQ(ranges.windows()[0].physical, PhysicalAddress(0x38000000));
    EXPECT_EQ(ranges.windows()[2].device, device(0x30000000, 0x60000));
}

TEST(DmaRanges, RangeAcrossTwoAdjacentWindowsIsNotTranslated) {
    DmaRanges ranges;
    ASSERT_EQ(outcome(ranges.add(DeviceAddress(0x1000), PhysicalAddress(0x1000), 0x1000)), "ok");
    ASSERT_EQ(outcome(ranges.add(DeviceAddress(0x2000), PhysicalAddress(0x2000), 0x1000)), "ok");
    EXPECT_EQ(ranges.to_physical(device(0x1800, 0x1000)), std::nullopt);
    EXPECT_EQ(ranges.to_device(physical(0x1800, 0x1000)), std::nullopt);
}

TEST(DmaRanges, WithoutWindowsNothingIsTranslated) {
    EXPECT_EQ(DmaRanges().to_physical(device(0, 1)), std::nullopt);
    EXPECT_EQ(DmaRanges().to_device(physical(0, 1)), std::nullopt);
}

TEST(DmaRanges, RefuseAWindowThatWrapsOnEitherSide) {
    DmaRanges ranges;
    EXPECT_EQ(outcome(ranges.add(DeviceAddress(kTop), PhysicalAddress(0), 2)), "address-overflow");
    EXPECT_EQ(outcome(ranges.add(DeviceAddress(0), PhysicalAddress(kTop), 2)), "address-overflow");
    EXPECT_TRUE(ranges.windows().empty());
}

TEST(DmaRanges, WindowAtTheTopIsTranslatedWithoutWrapping) {
    DmaRanges ranges;
    ASSERT_EQ(outcome(ranges.add(DeviceAddress(0), PhysicalAddress(kTop - 0x100), 0x100)), "ok");
    EXPECT_EQ(ranges.to_physical(device(0xff, 1)), physical(kTop - 1, 1));
    EXPECT_EQ(ranges.to_physical(device(0xff, 2)), std::nullopt);
}

}  // namespace
}  // namespace rproc
