// SPDX-License-Identifier: BSD-2-Clause
// A FaultyPlatform has exactly the ops of the wrapped platform, and each op fails at the chosen call.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/memory/model_iommu.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/testing/faulty_platform.hpp"
#include "testing/wrapper_test.hpp"

namespace rproc::testing {
namespace {

using test::kSecondOp;
using test::second_fails;

using Bare = FaultyPlatform<test::BarePlatform>;
static_assert(Platform<Bare> && !CoreControl<Bare> && !HasPrepare<Bare> && !HasUnprepare<Bare> && !WrapsStart<Bare>);
static_assert(!WrapsStop<Bare> && !HasPaToDa<Bare> && !HasKick<Bare> && !HasAttach<Bare> && !HasInitialState<Bare>);
static_assert(!AttachesOnRecovery<Bare> && !HasIommu<Bare> && !HasSuspend<Bare> && !HasPanic<Bare> &&
              !HasAutoBoot<Bare>);

using Wrapping = FaultyPlatform<test::WrappingPlatform>;
static_assert(CoreControl<Wrapping> && HasPrepare<Wrapping> && HasUnprepare<Wrapping> && HasKick<Wrapping>);
static_assert(WrapsStart<Wrapping> && WrapsStop<Wrapping> && !HasAttach<Wrapping>);

using Attachable = FaultyPlatform<test::AttachablePlatform>;
static_assert(HasAttach<Attachable> && HasInitialState<Attachable> && !AttachesOnRecovery<Attachable>);
static_assert(AttachesOnRecovery<FaultyPlatform<test::SelfRestartingPlatform>>);
static_assert(HasSuspend<Attachable>);
static_assert(HasPaToDa<FaultyPlatform<platform::ModelStm32mp15>> &&
              HasAutoBoot<FaultyPlatform<platform::ModelStm32mp15>>);
static_assert(!HasDaToPa<Bare> && !HasWithoutTable<Bare> && !HasKernelProfile<Bare> && !HasAdvise<Bare>);
static_assert(HasWithoutTable<FaultyPlatform<platform::ModelStm32mp15>> &&
              HasAdvise<FaultyPlatform<platform::ModelStm32mp15>>);
static_assert(HasIommu<FaultyPlatform<test::PlatformBehindIommu<ModelIommu>>>);

/// A platform that delays a panic of Linux.
struct PanicPlatform : test::BarePlatform {
    static std::chrono::milliseconds panic(Context& /*ctx*/) { return std::chrono::milliseconds(30); }
};

using FaultyPlatformTest = test::WrapperTest;

TEST_F(FaultyPlatformTest, EveryOpOfAPlatformFails) {
    test::AttachablePlatform board;
    board.script = &script;
    Attachable platform(board, faults);
    const auto pass = []() -> Result<void> { return {}; };
    const auto prepare = [&] {
        ctx.carveouts().clear();
        return platform.prepare(ctx);
    };
    EXPECT_THAT(second_fails(faults, "platform.prepare", prepare), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.prepare", prepare, FaultKind::late), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.power_up", [&] { return platform.power_up(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.power_down", [&] { return platform.power_down(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.around_start", [&] { return platform.around_start(ctx, pass); }),
                kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.around_stop", [&] { return platform.around_stop(ctx, pass); }),
                kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.kick", [&] { return platform.kick(ctx, 0); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.attached_table", [&] { return platform.attached_table(ctx); }),
                kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.attach", [&] { return platform.attach(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.detach", [&] { return platform.detach(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.suspend", [&] { return platform.suspend(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.resume", [&] { return platform.resume(ctx); }), kSecondOp);
    EXPECT_EQ(platform.name(), "m4");
    EXPECT_EQ(platform.initial_state(), State::offline);
}

TEST_F(FaultyPlatformTest, PanicIsForwarded) {
    FaultyPlatform<PanicPlatform> platform({{&script}}, faults);
    faults.arm(0, FaultSpan::lasting);
    EXPECT_EQ(platform.panic(ctx), std::chrono::milliseconds(30));
}

TEST_F(FaultyPlatformTest, AroundStartAndAroundStopAlsoFailAfterTheyAreDone) {
    test::WrappingPlatform board;
    board.script = &script;
    Wrapping platform(board, faults);
    int done = 0;
    const auto op = [&]() -> Result<void> {
        ++done;
        return {};
    };
    const auto start = [&] { return platform.around_start(ctx, op); };
    const auto stop = [&] { return platform.around_stop(ctx, op); };
    EXPECT_THAT(second_fails(faults, "platform.around_start", start, FaultKind::late), kSecondOp);
    EXPECT_EQ(done, 3);
    EXPECT_THAT(second_fails(faults, "platform.around_stop", stop, FaultKind::late), kSecondOp);
    EXPECT_EQ(done, 6);
}

}  // namespace
}  // namespace rproc::testing
