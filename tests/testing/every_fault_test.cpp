// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/testing/every_fault.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/clean_report.hpp"

namespace rproc::testing {
namespace {

using test::finds;

TEST(EveryFault, RequiresADeterministicScenarioThatCanFail) {
    const auto nothing = every_fault("idle", [](FaultTrial& /*trial*/) {});
    EXPECT_THAT(nothing.violations, finds("nothing can fail"));
    EXPECT_EQ(nothing.runs, 0U);

    int run = 0;
    const auto once = every_fault("once", [&](FaultTrial& trial) {
        if (run++ == 0) static_cast<void>(trial.faults().pass("op"));
    });
    EXPECT_THAT(once.violations, finds("is not deterministic"));
}

TEST(EveryFault, IsInjectedAloneAndWithAllThatFollow) {
    std::vector<std::string> runs;
    const auto report = every_fault("three ops", [&](FaultTrial& trial) {
        std::string run;
        for (const char* op : {"a", "b", "a"}) run += trial.faults().pass(op) ? "." : "!";
        runs.push_back(run);
    });
    EXPECT_THAT(runs, ::testing::ElementsAre("...", "!..", ".!.", "..!", "!!!", ".!!", "..!"));
    EXPECT_EQ(report.runs, 6U);
    EXPECT_EQ(to_string(report), "9 faults injected in 6 runs, 0 violations\n       6 a\n       3 b");
}

}  // namespace
}  // namespace rproc::testing
