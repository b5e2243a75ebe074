// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/step_reporter.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "error/outcome.hpp"

namespace rproc {
namespace {

using test::outcome;
using test::Recorder;

TEST(StepReporter, FailedStepGetsItsStepAndTheKernelsLogLine) {
    Context ctx("m4");
    Recorder recorder;
    StepReporter reporter(ctx, recorder);
    const auto result =
        reporter.run(Step::start, []() -> Result<void> { return fail(Error(ErrorCode::register_failed, {})); });
    ASSERT_EQ(outcome(result), "register-failed");
    EXPECT_EQ(result.error().step(), Step::start);
    ASSERT_FALSE(recorder.lines.empty());
    EXPECT_EQ(recorder.lines.back(), "can't start rproc m4: -5");
    EXPECT_EQ(recorder.events.back(), "failed start");
}

TEST(StepReporter, SuccessfulStepBeginsAndEnds) {
    Context ctx("m4");
    Recorder recorder;
    StepReporter reporter(ctx, recorder);
    EXPECT_EQ(outcome(reporter.run(Step::load, []() -> Result<void> { return {}; })), "ok");
    EXPECT_EQ(recorder.events, (std::vector<std::string>{"begin load", "end load"}));
}

TEST(FailureLine, IsThatOfTheKernel) {
    EXPECT_EQ(fill(failure_line(Step::load), {"m4", -22}), "Failed to load program segments: -22");
    EXPECT_EQ(fill(failure_line(Step::prepare), {"m4", -12}), "can't prepare rproc m4: -12");
    EXPECT_EQ(failure_line(Step::stop), "");
}

}  // namespace
}  // namespace rproc
