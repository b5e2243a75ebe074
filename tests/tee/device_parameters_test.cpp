// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_parameters.hpp"

#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc::tee::device {
namespace {

using test::outcome;

TEST(DeviceParameters, MemrefMustLieInItsMemory) {
    Parameter parameter = Parameter::memref_input(MemoryId{1}, 16);
    EXPECT_EQ(outcome(check_memref(parameter, 16)), "ok");
    EXPECT_EQ(outcome(check_memref(parameter, 15)), "tee-unreachable");
    EXPECT_EQ(outcome(check_memref(parameter, std::nullopt)), "tee-unreachable");
    parameter.offset = ~std::uint64_t{0};
    EXPECT_EQ(outcome(check_memref(parameter, 16)), "tee-unreachable");
}

TEST(DeviceParameters, InoutTypesAreInputAndOutput) {
    EXPECT_TRUE(is_input_value(ParamType::value_inout) && is_output_value(ParamType::value_inout));
    EXPECT_TRUE(is_memref(ParamType::memref_inout) && is_output_memref(ParamType::memref_inout));
    EXPECT_FALSE(is_output_memref(ParamType::memref_input) || is_output_value(ParamType::value_input));
}

}  // namespace
}  // namespace rproc::tee::device
