// SPDX-License-Identifier: BSD-2-Clause
// map and allocate of a FaultyMemory fail at the chosen call.
#include <concepts>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/platform/stm32mp15.hpp"
#include "rproc/testing/faulty_memory.hpp"
#include "rproc/testing/faulty_platform.hpp"
#include "testing/wrapper_test.hpp"

namespace rproc::testing {
namespace {

using test::kSecondOp;
using test::second_fails;

using Bare = FaultyPlatform<test::BarePlatform>;

// Memory with faults is not wrapped again.
using Memory = FaultyMemory<ModelMemory>;
using FaultyBoard = platform::Stm32mp15<platform::ModelRegisters, Memory, platform::ModelMailbox>;
static_assert(std::same_as<FaultyPlatform<FaultyBoard>::Memory, Memory>);
static_assert(MemoryProvider<Memory> && MemoryProvider<Bare::Memory>);

using FaultyMemoryTest = test::WrapperTest;

TEST_F(FaultyMemoryTest, MemoryOfAPlatformFailsAfterAMove) {
    Bare first({&script}, faults);
    static_cast<void>(first.memory());
    Bare platform(std::move(first));
    const auto range = *PhysicalRange::make(PhysicalAddress(0x1000), 16);
    EXPECT_THAT(second_fails(faults, "memory.map", [&] { return platform.memory().map(range); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "memory.allocate", [&] { return platform.memory().allocate(16); }), kSecondOp);
    EXPECT_EQ(platform.wrapped().model.mapped(), 0U);
}

}  // namespace
}  // namespace rproc::testing
