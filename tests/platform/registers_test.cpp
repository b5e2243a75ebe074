// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/registers.hpp"

#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc::platform {
namespace {

using test::outcome;

constexpr SysconField kField{PhysicalAddress(0x50000000), 0x10c, 0x6};

TEST(ModelRegisters, UpdateChangesOnlyTheMaskedBits) {
    ModelRegisters registers;
    registers.preset(kField, 0xf1);
    EXPECT_EQ(outcome(registers.update(kField, 0x2)), "ok");
    EXPECT_EQ(registers.read(kField), 0xf3U);
}

TEST(ModelRegisters, RecordsWritesInOrderAndNotThePreset) {
    ModelRegisters registers;
    registers.preset(kField, 1);
    EXPECT_EQ(outcome(registers.secure_write(kField, 5)), "ok");
    EXPECT_EQ(outcome(registers.assert_reset({"/rcc", 7})), "ok");
    ASSERT_EQ(registers.writes().size(), 2U);
    EXPECT_EQ(registers.writes()[0].kind, ModelRegisters::Kind::secure_write);
    EXPECT_EQ(registers.writes()[0].value, 5U);
    EXPECT_EQ(registers.writes()[1].line, (ResetLine{"/rcc", 7}));
}

}  // namespace
}  // namespace rproc::platform
