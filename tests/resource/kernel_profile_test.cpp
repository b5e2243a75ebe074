// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/resource/kernel_profile.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace rproc {
namespace {

constexpr KernelProfile kArm64{.name = "64 bits, pages of 64 KiB", .word_bits = 64, .page_size = 0x10000};

TEST(KernelProfile, SizeOfA32BitKernelLosesWhatIsAboveItsBits) {
    EXPECT_EQ(kLinux61Arm32.largest_size(), 0xffffffffU);
    EXPECT_EQ(kLinux61Arm32.as_size(0xffffffff), 0xffffffffU);
    EXPECT_EQ(kLinux61Arm32.as_size(0x1'0000'0010), 0x10U);
}

TEST(KernelProfile, SizeOfA64BitKernelIsKept) {
    EXPECT_EQ(kArm64.largest_size(), UINT64_MAX);
    EXPECT_EQ(kArm64.as_size(0x1'0000'0010), 0x1'0000'0010U);
}

TEST(KernelProfile, WholePagesFollowThePageSize) {
    EXPECT_EQ(kLinux61Arm32.whole_pages(0), 0U);
    EXPECT_EQ(kLinux61Arm32.whole_pages(1), 0x1000U);
    EXPECT_EQ(kLinux61Arm32.whole_pages(0x1000), 0x1000U);
    EXPECT_EQ(kArm64.whole_pages(0x1000), 0x10000U);
    EXPECT_EQ(kLinux61Arm32.whole_pages(0xffffffff), 0x1'0000'0000U) << "not cut to a size_t";
}

}  // namespace
}  // namespace rproc
