// SPDX-License-Identifier: BSD-2-Clause
// Every fault, in every scenario, of policies with every op.
#include <gtest/gtest.h>

#include "rproc/testing/fault_scenarios.hpp"
#include "testing/clean_report.hpp"
#include "testing/fake_rig.hpp"

namespace rproc {
namespace {

using test::AttachablePlatform;
using test::expect_clean;
using test::FakeRig;
using test::RejoinedPlatform;

TEST(EveryFaultOfTheFakes, LeavesNothingAndTheNextBootWorks) {
    expect_clean(every_fault_of<FakeRig<AttachablePlatform, State::offline>>("fakes"), "fakes", 300);
}

TEST(EveryFaultOfTheFakes, SomebodyElseHasStarted) {
    expect_clean(every_fault_of<FakeRig<AttachablePlatform, State::detached>>("attached"), "fakes, attached", 200);
}

TEST(EveryFaultOfTheFakes, ThatRestartByThemselvesAndWereBooted) {
    expect_clean(every_fault_of<FakeRig<RejoinedPlatform, State::offline>>("booted"), "fakes, booted", 300);
}

TEST(EveryFaultOfTheFakes, ThatRestartByThemselves) {
    expect_clean(every_fault_of<FakeRig<RejoinedPlatform, State::detached>>("rejoined"), "fakes, rejoined", 200);
}

}  // namespace
}  // namespace rproc
