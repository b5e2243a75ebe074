// SPDX-License-Identifier: BSD-2-Clause
// A FaultyBackend has exactly the ops of the wrapped backend, and each op fails at the chosen call.
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/elf/backend.hpp"
#include "rproc/tee/backend.hpp"
#include "rproc/tee/software_tee.hpp"
#include "rproc/testing/faulty_backend.hpp"
#include "rproc/testing/faulty_client.hpp"
#include "testing/wrapper_test.hpp"

namespace rproc::testing {
namespace {

using test::kSecondOp;
using test::second_fails;
using ::testing::ElementsAre;

using Full = FaultyBackend<test::FullBackend>;
static_assert(Backend<Full> && ParsesImage<Full> && !ParsesMemory<Full> && StartsCore<Full> && !DrivesCore<Full>);
static_assert(HasParse<Full> && HasBootAddress<Full> && HasFindLoadedRscTable<Full> && HasReleaseFw<Full>);
static_assert(HasHandleRsc<Full> && !HasLoadedTable<Full>);

using Lean = FaultyBackend<test::LeanBackend>;
static_assert(Backend<Lean> && ParsesImage<Lean> && !ParsesMemory<Lean> && !StartsCore<Lean> && DrivesCore<Lean>);
static_assert(!HasParse<Lean> && !HasBootAddress<Lean> && !HasFindLoadedRscTable<Lean> && !HasReleaseFw<Lean>);
static_assert(!HasHandleRsc<Lean> && !HasLoadedTable<Lean>);

using Tee = FaultyBackend<tee::Backend<FaultyClient<tee::SoftwareTee>>>;
static_assert(Backend<Tee> && !ParsesImage<Tee> && ParsesMemory<Tee> && StartsCore<Tee> && !DrivesCore<Tee>);
static_assert(HasLoadedTable<Tee> && HasReleaseFw<Tee> && !HasParse<Tee> && !HasBootAddress<Tee>);

using FaultyBackendTest = test::WrapperTest;

TEST_F(FaultyBackendTest, EveryOpOfABackendFails) {
    Full backend(test::FullBackend{&script}, faults);
    const auto view = ResourceTableView::parse(script.table);
    ASSERT_TRUE(view.has_value());
    const auto entry = view->entry(2);
    ASSERT_TRUE(entry.has_value());
    EXPECT_THAT(second_fails(faults, "backend.parse", [&] { return backend.parse(ctx, firmware); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.parse_fw", [&] { return backend.parse_fw(ctx, firmware); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.load", [&] { return backend.load(ctx, firmware); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.handle_rsc", [&] { return backend.handle_rsc(ctx, *entry); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.start", [&] { return backend.start(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.stop", [&] { return backend.stop(ctx); }), kSecondOp);
    for (const char* op : {"parse", "parse_fw", "load", "handle_rsc", "start", "stop"})
        EXPECT_EQ(script.count(op), 2) << op << ": the failed call does not reach the backend";
}

TEST_F(FaultyBackendTest, LoadAlsoFailsAfterItIsDone) {
    Full backend(test::FullBackend{&script}, faults);
    EXPECT_THAT(second_fails(
                    faults, "backend.load", [&] { return backend.load(ctx, firmware); }, FaultKind::late),
                kSecondOp);
    EXPECT_EQ(script.count("load"), 3);
}

TEST_F(FaultyBackendTest, StopAlsoFailsAfterItIsDoneAndStartDoesNot) {
    Full backend(test::FullBackend{&script}, faults);
    const auto stop = [&] { return backend.stop(ctx); };
    EXPECT_THAT(second_fails(faults, "backend.stop", stop, FaultKind::late), kSecondOp);
    EXPECT_EQ(script.count("stop"), 3);
    const auto start = [&] { return backend.start(ctx); };
    EXPECT_THAT(second_fails(faults, "backend.start", start, FaultKind::late), ElementsAre("ok", "ok", "ok"));
}

TEST_F(FaultyBackendTest, OpsThatCannotFailAreForwarded) {
    Full backend(test::FullBackend{&script}, faults);
    faults.arm(0, FaultSpan::lasting);
    EXPECT_EQ(backend.boot_address(ctx, firmware), DeviceAddress(0x42));
    EXPECT_TRUE(backend.find_loaded_rsc_table(ctx, firmware).empty());
    backend.release_fw(ctx);
    EXPECT_THAT(script.calls, ElementsAre("boot_address", "find_loaded_rsc_table", "release_fw"));
    EXPECT_EQ(faults.count(), 0U);
}

TEST_F(FaultyBackendTest, BackendReceivesTheCoreControlOfThePlatform) {
    Lean backend(test::LeanBackend{&script}, faults);
    // On the heap: GCC 12 takes an empty std::optional in it for an uninitialized value.
    const auto platform = std::make_unique<FaultyPlatform<test::BoardPlatform>>(test::BoardPlatform{{&script}}, faults);
    EXPECT_THAT(second_fails(faults, "platform.power_up", [&] { return backend.start(ctx, *platform); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.stop", [&] { return backend.stop(ctx, *platform); }), kSecondOp);
    EXPECT_EQ(script.count("start"), 3);
    EXPECT_EQ(script.count("power_up"), 2);
    EXPECT_EQ(script.count("power_down"), 2);
}

}  // namespace
}  // namespace rproc::testing
