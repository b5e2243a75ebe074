// SPDX-License-Identifier: BSD-2-Clause
// Each access of FaultyRegisters fails at the chosen call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/testing/faulty_registers.hpp"
#include "testing/wrapper_test.hpp"

namespace rproc::testing {
namespace {

using test::kSecondOp;
using test::second_fails;

using FaultyRegistersTest = test::WrapperTest;

TEST_F(FaultyRegistersTest, EveryRegisterAccessFails) {
    const platform::ModelRegisters model;
    FaultyRegisters registers(model, faults);
    const platform::SysconField field{PhysicalAddress(0x50000000), 0x10c, 1};
    const platform::ResetLine line{"/rcc", 1};
    EXPECT_THAT(second_fails(faults, "registers.read", [&] { return registers.read(field); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "registers.update", [&] { return registers.update(field, 1); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "registers.secure_write", [&] { return registers.secure_write(field, 1); }),
                kSecondOp);
    EXPECT_THAT(second_fails(faults, "registers.assert_reset", [&] { return registers.assert_reset(line); }),
                kSecondOp);
    EXPECT_EQ(model.writes().size(), 6U);
    EXPECT_THAT(
        second_fails(
            faults, "registers.deassert_reset", [&] { return registers.deassert_reset(line); }, FaultKind::late),
        kSecondOp);
    EXPECT_EQ(model.writes().size(), 9U);
}

}  // namespace
}  // namespace rproc::testing
