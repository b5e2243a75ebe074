// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/resource/vring_size.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace rproc {
namespace {

// Calculated by hand from virtio 1.1, 2.6: descriptors, available ring, padding, used ring.
TEST(VringSize, IsThatOfTheVirtioSpecification) {
    EXPECT_EQ(vring_size(1, 16), 32U + 14U);
    EXPECT_EQ(vring_size(16, 16), 304U + 134U);
    EXPECT_EQ(vring_size(16, 4), 296U + 134U);
    EXPECT_EQ(vring_size(256, 4096), 8192U + 2054U);
}

TEST(VringSize, IsRoundedUpToPages) {
    EXPECT_EQ(vring_carveout_size(16, 16), 0x1000U);
    EXPECT_EQ(vring_carveout_size(64, 4096), 0x2000U);
    EXPECT_EQ(vring_carveout_size(256, 4096), 0x3000U);
}

TEST(VringSize, LargestFieldsDoNotWrap) {
    constexpr std::uint32_t kMost = 0xffffffff;
    EXPECT_GT(vring_size(kMost, 1), 26ULL * kMost);
    EXPECT_GT(vring_size(kMost, 0x80000000), 26ULL * kMost);
    EXPECT_GE(vring_carveout_size(kMost, 16), vring_size(kMost, 16));
}

TEST(VringSize, RegressionManyDescriptorsDoNotWrapIn32Bits) { EXPECT_GT(vring_size(0x10000000, 16), 0x100000000U); }

}  // namespace
}  // namespace rproc
