// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/registers.hpp"

#include <gtest/gtest.h>

#include "devmem/fake_os.hpp"

namespace rproc::devmem::test {
namespace {

using Accesses = std::vector<FakeOs::Access>;
using platform::ResetLine;
using platform::SysconField;

constexpr std::uint64_t kRcc = 0x5000;

struct RegistersTest : ::testing::Test {
    FakeOs os;
    BasicDevMemRegisters<FakeOs> registers{*MemoryDevice<FakeOs>::open({}, os),
                                           {{"/soc/rcc", ResetController::Kind::set_and_clear, range(kRcc, 0x1000)},
                                            {"/rst", ResetController::Kind::level, range(0x7000, 0x8)}}};
};

TEST_F(RegistersTest, AnUpdateLeavesTheOtherBits) {
    os.set_word(kRcc + 0x10c, 0xa5a5a5a4);
    const SysconField hold_boot{PhysicalAddress(kRcc), 0x10c, 1};
    ASSERT_TRUE(registers.update(hold_boot, 1));
    EXPECT_EQ(os.word(kRcc + 0x10c), 0xa5a5a5a5U);
    ASSERT_TRUE(registers.update(hold_boot, 0xfffffffe));
    EXPECT_EQ(os.word(kRcc + 0x10c), 0xa5a5a5a4U);
    EXPECT_EQ(*registers.read(hold_boot), 0xa5a5a5a4U);
}

// pwr_mcu@50001014 lies in the middle of a page.
TEST_F(RegistersTest, ASysconNeedNotBeginAtAPage) {
    ASSERT_TRUE(registers.update({PhysicalAddress(0x6014), 0, 1}, 1));
    EXPECT_EQ(os.word(0x6014), 1U);
}

// Line 8225 is MCURST, bit 1 of RCC_MP_GRSTCSETR.
TEST_F(RegistersTest, TheRccsResetsAreSetAndClearedByWritingOnes) {
    os.set_word(kRcc + 0x404, 0x10);
    ASSERT_TRUE(registers.assert_reset({"/soc/rcc", 8225}));
    ASSERT_TRUE(registers.deassert_reset({"/soc/rcc", 8225}));
    EXPECT_EQ(os.state->accesses, (Accesses{{'w', kRcc + 0x404, 2}, {'w', kRcc + 0x408, 2}}));
}

TEST_F(RegistersTest, APlainResetIsOneBitOfARegister) {
    os.set_word(0x7004, 0x8);
    ASSERT_TRUE(registers.assert_reset({"/rst", 33}));
    EXPECT_EQ(os.word(0x7004), 0xaU);
    ASSERT_TRUE(registers.deassert_reset({"/rst", 33}));
    EXPECT_EQ(os.word(0x7004), 0x8U);
}

TEST_F(RegistersTest, WhatCannotBeWrittenIsRefusedAndNothingIsWritten) {
    const SysconField field{PhysicalAddress(kRcc), 0x10c, 1};
    EXPECT_EQ(registers.secure_write(field, 1).error().code(), ErrorCode::register_secured);
    EXPECT_EQ(registers.update({PhysicalAddress(kRcc), 0x10e, 1}, 1).error().code(), ErrorCode::register_failed);
    EXPECT_EQ(registers.read({PhysicalAddress(~0ULL), 4, 1}).error().code(), ErrorCode::register_failed);
    EXPECT_EQ(registers.assert_reset({"/scmi/reset", 0}).error().code(), ErrorCode::reset_unsupported);
    EXPECT_EQ(registers.assert_reset({"/rst", 64}).error().code(), ErrorCode::register_failed);
    os.state->map_error = std::errc::operation_not_permitted;
    EXPECT_EQ(registers.update(field, 1).error().code(), ErrorCode::devmem_strict);
    EXPECT_TRUE(os.writes().empty());
}

}  // namespace
}  // namespace rproc::devmem::test
