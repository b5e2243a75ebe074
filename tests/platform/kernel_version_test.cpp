// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/kernel_version.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/platform/board.hpp"

namespace rproc::platform {
namespace {

using ::testing::HasSubstr;

Result<Board> board_of(const std::string& tree, std::optional<KernelVersion> kernel = {}) {
    return read_board(std::string(RPROC_TEST_BOARD_DIR "/") + tree + ".dtb", {}, kernel);
}

TEST(KernelVersion, ReadsWhatUnamePrints) {
    EXPECT_EQ(KernelVersion::parse("6.12"), (KernelVersion{6, 12}));
    EXPECT_EQ(KernelVersion::parse("6.1.0-32-armmp"), (KernelVersion{6, 1}));
    EXPECT_EQ(KernelVersion::parse("7.2-rc3"), (KernelVersion{7, 2}));
    for (const std::string_view wrong : {"", "6", "6.", "x.1", "6.1x", ".1", "-6.1"})
        EXPECT_EQ(KernelVersion::parse(wrong), std::nullopt) << wrong;
    EXPECT_LT(kReferenceKernel, kHoldBootAsReset);
    EXPECT_EQ((KernelVersion{6, 12}).to_string(), "6.12");
}

TEST(KernelVersion, FollowsTheTreeWhereItCanOnlyBeANewerOne) {
    EXPECT_EQ(board_of("qemu-virt-m4").value().config.kernel, kReferenceKernel);
    const auto without_tz = board_of("m4-without-syscfg-tz");
    ASSERT_TRUE(without_tz.has_value()) << without_tz.error().message();
    EXPECT_EQ(without_tz->config.kernel, kHoldBootAsReset);
    EXPECT_FALSE(without_tz->config.trust_zone.has_value());
    const auto resets = board_of("m4-hold-boot-reset");
    ASSERT_TRUE(resets.has_value()) << resets.error().message();
    EXPECT_EQ(resets->config.kernel, kHoldBootAsReset);
    EXPECT_EQ(resets->config.reset.line, 1U) << "mcu_rst is the second";
    EXPECT_EQ(std::get<ResetLine>(resets->config.hold_boot).line, 0U);
}

TEST(KernelVersion, AnOlderLinuxRefusesSuchATree) {
    for (const std::string tree : {"m4-without-syscfg-tz", "m4-hold-boot-reset"}) {
        const auto board = board_of(tree, kReferenceKernel);
        ASSERT_FALSE(board.has_value()) << tree;
        EXPECT_EQ(board.error().kernel_line(), "failed to get tz syscfg");
        EXPECT_THAT(board.error().hint(), HasSubstr("st,syscfg-tz = <"));
        EXPECT_THAT(board.error().hint(), HasSubstr("Linux 6.5"));
        EXPECT_TRUE(board_of(tree, KernelVersion{6, 12}).has_value()) << tree;
    }
}

TEST(KernelVersion, ANewerLinuxNeedsHoldBootAllTheSame) {
    const auto board = board_of("m4-without-holdboot", KernelVersion{6, 12});
    ASSERT_FALSE(board.has_value());
    EXPECT_EQ(board.error().kernel_line(), "failed to get hold boot");
    EXPECT_THAT(board.error().hint(), HasSubstr("add st,syscfg-holdboot = <"));
}

}  // namespace
}  // namespace rproc::platform
