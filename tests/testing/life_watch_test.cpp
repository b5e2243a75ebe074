// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/testing/life_watch.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rproc::testing {
namespace {

Error error_at(Step step) {
    Error error;
    error.set_step(step);
    return error;
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr UndoReports kAll{.unprepare = true, .release_fw = true};

/// A watch that has observed these successful steps.
LifeWatch after(std::initializer_list<Step> steps, UndoReports way = kAll) {
    LifeWatch watch(way);
    for (const Step step : steps) {
        watch.on_step_begin(step);
        watch.on_step_end(step);
    }
    return watch;
}

void fail_step(LifeWatch& watch, Step step) {
    watch.on_step_begin(step);
    watch.on_step_failed(step, error_at(step));
}

TEST(LifeWatch, AcceptsACorrectLifeCycle) {
    auto watch = after({Step::request_firmware,
                        Step::sanity_check,
                        Step::enable_iommu,
                        Step::prepare,
                        Step::parse_fw,
                        Step::handle_resources,
                        Step::allocate_carveouts,
                        Step::load,
                        Step::install_table,
                        Step::prepare_subdevices,
                        Step::start,
                        Step::start_subdevices,
                        Step::suspend,
                        Step::resume,
                        Step::stop_subdevices,
                        Step::stop,
                        Step::unprepare_subdevices,
                        Step::resource_cleanup,
                        Step::unprepare,
                        Step::disable_iommu,
                        Step::release_fw});
    watch.on_state(State::offline, State::running);
    watch.on_state(State::running, State::suspended);
    watch.on_state(State::suspended, State::running);
    watch.on_state(State::running, State::offline);
    watch.expect_rest();
    EXPECT_THAT(watch.take_violations(), IsEmpty());
}

TEST(LifeWatch, RequiresTheReverseOrder) {
    auto watch = after({Step::start, Step::start_subdevices, Step::stop});
    EXPECT_THAT(watch.take_violations(), ElementsAre("stop: start_subdevices was not rolled back"));
    watch = after({Step::prepare, Step::handle_resources, Step::unprepare});
    EXPECT_THAT(watch.take_violations(), ElementsAre("unprepare: handle_resources was not rolled back"));
    watch = after({Step::handle_resources, Step::attach, Step::resource_cleanup});
    EXPECT_THAT(watch.take_violations(), ElementsAre("resource_cleanup: attach was not rolled back"));
    watch = after({Step::prepare_subdevices, Step::start, Step::unprepare_subdevices});
    EXPECT_THAT(watch.take_violations(), ElementsAre("unprepare_subdevices: start was not rolled back"));
    watch = after({Step::enable_iommu, Step::prepare, Step::disable_iommu});
    EXPECT_THAT(watch.take_violations(), ElementsAre("disable_iommu: prepare was not rolled back"));
}

TEST(LifeWatch, RequiresASuspendBeforeAResume) {
    auto watch = after({Step::start, Step::suspend});
    EXPECT_TRUE(watch.is_asleep());
    fail_step(watch, Step::resume);
    EXPECT_TRUE(watch.is_asleep()) << "the resume may be repeated";
    EXPECT_THAT(watch.take_violations(), IsEmpty());
    watch = after({Step::start, Step::suspend, Step::resume, Step::resume});
    EXPECT_THAT(watch.take_violations(), ElementsAre("resume without a suspend"));
    watch = after({Step::start, Step::suspend, Step::stop, Step::resume});
    EXPECT_THAT(watch.take_violations(), ElementsAre("resume without a suspend")) << "the stop ended the suspend";
}

TEST(LifeWatch, RequiresOneReleaseAtTheEnd) {
    auto watch = after({Step::prepare, Step::release_fw});
    EXPECT_THAT(watch.take_violations(), ElementsAre("release_fw: prepare was not rolled back"));
    watch = after({Step::sanity_check, Step::release_fw, Step::release_fw});
    EXPECT_THAT(watch.take_violations(), ElementsAre("release_fw without a load since the last one"));
    watch = after({Step::sanity_check});
    watch.expect_rest();
    EXPECT_THAT(watch.take_violations(), ElementsAre("the firmware was not released"));
}

TEST(LifeWatch, DoesNotRequireStepsThatThePoliciesLack) {
    auto watch = after({Step::prepare, Step::load}, {.unprepare = false, .release_fw = false});
    watch.expect_rest();
    EXPECT_THAT(watch.take_violations(), IsEmpty());
}

TEST(LifeWatch, ReportsAnUndoWithoutItsStep) {
    auto watch = after({Step::stop});
    EXPECT_THAT(watch.take_violations(), ElementsAre("stop without a step to roll back"));
}

TEST(LifeWatch, AcceptsAProcessorThatCannotBeStopped) {
    auto watch = after({Step::handle_resources, Step::start});
    fail_step(watch, Step::stop);
    EXPECT_FALSE(watch.left_running()) << "the stop may be repeated";
    for (const Step step : {Step::resource_cleanup, Step::release_fw}) {
        watch.on_step_begin(step);
        watch.on_step_end(step);
    }
    watch.expect_rest();
    EXPECT_THAT(watch.take_violations(), IsEmpty());
    EXPECT_TRUE(watch.left_running());
}

TEST(LifeWatch, RequiresACleanupAfterAFailedTableOnly) {
    LifeWatch watch(kAll);
    fail_step(watch, Step::prepare);
    fail_step(watch, Step::handle_resources);
    watch.expect_rest();
    EXPECT_THAT(watch.take_violations(),
                ElementsAre("at rest: handle_resources was not rolled back", "the firmware was not released"));
}

TEST(LifeWatch, RequiresTheEndOfEachStep) {
    LifeWatch watch(kAll);
    watch.on_step_begin(Step::load);
    watch.on_step_end(Step::start);
    watch.on_step_begin(Step::load);
    watch.on_step_failed(Step::load, error_at(Step::start));
    EXPECT_THAT(watch.take_violations(),
                ElementsAre("start ends, and has not begun", "the error of a failed load names step start"));
    watch.on_step_begin(Step::load);
    watch.expect_rest();
    EXPECT_THAT(watch.take_violations(), ::testing::Contains("at rest: load has begun and not ended"));
}

TEST(LifeWatch, RequiresLegalTransitionsWithoutGaps) {
    LifeWatch watch(kAll);
    watch.on_state(State::offline, State::attached);
    watch.on_state(State::running, State::crashed);
    EXPECT_THAT(watch.take_violations(), ElementsAre("the state changes from offline to attached",
                                                     "the state was attached, and changes from running"));
}

}  // namespace
}  // namespace rproc::testing
