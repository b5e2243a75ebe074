// SPDX-License-Identifier: BSD-2-Clause
// The chosen request of a faulty firmware fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/testing/faulty_firmware.hpp"
#include "testing/wrapper_test.hpp"

namespace rproc::testing {
namespace {

using test::kSecondOp;
using test::second_fails;

using FaultyFirmwareTest = test::WrapperTest;

TEST_F(FaultyFirmwareTest, OneFirmwareRequestFails) {
    const FirmwareSource source = faulty_firmware(FirmwareSource(firmware), faults);
    EXPECT_EQ(source.name(), "app.elf");
    EXPECT_THAT(second_fails(faults, "firmware.request", [&] { return source.request(); }), kSecondOp);
}

}  // namespace
}  // namespace rproc::testing
