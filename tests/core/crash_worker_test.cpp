// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/crash_worker.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"

namespace rproc {
namespace {

using std::chrono::milliseconds;
using test::BoardPlatform;
using test::FullBackend;
using test::outcome;
using test::Recorder;
using test::Script;
using ::testing::Contains;

class CrashWorkerTest : public ::testing::Test {
  protected:
    using Processor = RemoteProcessor<FullBackend, BoardPlatform, Mainline, ObserverRef<Recorder>>;

    CrashWorkerTest() { EXPECT_EQ(outcome(rproc.set_firmware(test::some_firmware())), "ok"); }

    [[nodiscard]] static BoardPlatform platform(Script& script) {
        BoardPlatform platform;
        platform.script = &script;
        return platform;
    }

    Script script;
    Recorder recorder;
    Processor rproc{FullBackend{&script}, platform(script), ObserverRef(recorder)};
};

TEST_F(CrashWorkerTest, RecoversInItsOwnThread) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    CrashWorker worker(rproc);
    worker.report_crash(CrashType::watchdog);
    worker.wait_idle();
    EXPECT_EQ(rproc.state(), State::running);
    EXPECT_EQ(rproc.crash_count(), 1U);
    EXPECT_EQ(worker.recoveries(), 1U);
    EXPECT_EQ(script.count("start"), 2);
    EXPECT_THAT(recorder.lines, Contains("crash detected in m4: type watchdog"));
}

TEST_F(CrashWorkerTest, IgnoresReportsOfAProcessorThatIsOff) {
    CrashWorker worker(rproc);
    worker.report_crash(CrashType::fatal_error);
    worker.wait_idle();
    EXPECT_EQ(rproc.state(), State::offline);
    EXPECT_EQ(worker.recoveries(), 0U);
}

TEST_F(CrashWorkerTest, LeavesItCrashedWhenRecoveryIsDisabled) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    rproc.set_recovery(RecoveryMode::disabled);
    CrashWorker worker(rproc);
    worker.report_crash(CrashType::mmufault);
    worker.wait_idle();
    EXPECT_EQ(rproc.state(), State::crashed);
}

TEST_F(CrashWorkerTest, StopsAtItsLimitAndSaysSo) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    CrashWorker worker(rproc, {.most = 2});
    for (int i = 0; i < 5; ++i) {
        worker.report_crash(CrashType::watchdog);
        worker.wait_idle();
    }
    EXPECT_EQ(rproc.state(), State::crashed);
    EXPECT_EQ(worker.recoveries(), 2U);
    EXPECT_EQ(rproc.crash_count(), 3U);
    EXPECT_THAT(recorder.notices, Contains("restart-limit-reached").Times(1));
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
}

TEST_F(CrashWorkerTest, ReportsMayComeFromAnObserverThatHoldsTheLock) {
    struct Reporting : NullObserver {
        std::function<void()> report;
        void on_state(State /*from*/, State to) {
            if (to == State::running && report) std::exchange(report, {})();
        }
    };
    Reporting observer;
    RemoteProcessor<FullBackend, BoardPlatform, Mainline, ObserverRef<Reporting>> other(
        FullBackend{&script}, platform(script), ObserverRef(observer));
    CrashWorker worker(other);
    observer.report = [&] { worker.report_crash(CrashType::watchdog); };
    ASSERT_EQ(outcome(other.set_firmware(test::some_firmware())), "ok");
    ASSERT_EQ(outcome(other.boot()), "ok");
    worker.wait_idle();
    EXPECT_EQ(other.state(), State::running);
    EXPECT_EQ(other.crash_count(), 1U);
}

TEST_F(CrashWorkerTest, TakesReportsFromManyThreads) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    CrashWorker worker(rproc);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 25; ++n) worker.report_crash(CrashType::watchdog);
        });
    }
    for (std::thread& thread : threads) thread.join();
    worker.wait_idle();
    EXPECT_EQ(rproc.state(), State::running);
    EXPECT_GE(rproc.crash_count(), 1U);
    EXPECT_EQ(rproc.crash_count(), worker.recoveries());
    EXPECT_EQ(script.count("start"), script.count("stop") + 1);
}

TEST_F(CrashWorkerTest, EndsWhileItRests) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    {
        CrashWorker worker(rproc, {.first_rest = std::chrono::hours(1)});
        worker.report_crash(CrashType::watchdog);
    }
    EXPECT_EQ(script.count("start"), 1);
}

TEST(RestartLimit, DoublesItsRestUpToTheLongest) {
    const RestartLimit limit{.first_rest = milliseconds(100), .longest_rest = milliseconds(500)};
    EXPECT_EQ(limit.rest_before(0), milliseconds(100));
    EXPECT_EQ(limit.rest_before(1), milliseconds(200));
    EXPECT_EQ(limit.rest_before(2), milliseconds(400));
    EXPECT_EQ(limit.rest_before(3), milliseconds(500));
    EXPECT_EQ(limit.rest_before(1000), milliseconds(500));
    EXPECT_EQ(RestartLimit{}.rest_before(7), milliseconds(0));
}

// Whatever comes of a crash, Linux may sleep again afterwards.
TEST_F(CrashWorkerTest, KeepsLinuxAwakeUntilTheCrashIsDealtWith) {
    int awake = 0;
    int crashes = 0;
    std::vector<int> while_starting;
    ASSERT_EQ(outcome(rproc.add_subdevice({.name = "looks",
                                           .start = [&]() -> Result<void> {
                                               while_starting.push_back(awake);
                                               return {};
                                           }})),
              "ok");
    const WakeLock wake{.stay_awake =
                            [&] {
                                ++awake;
                                ++crashes;
                            },
                        .relax = [&] { --awake; }};
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    {
        CrashWorker worker(rproc, RestartLimit{.most = 1}, wake);
        worker.report_crash(CrashType::watchdog);
        worker.wait_idle();
        EXPECT_EQ(awake, 0);
        worker.report_crash(CrashType::watchdog);  // one too many: it stays crashed
        worker.wait_idle();
        EXPECT_EQ(awake, 0);
        worker.report_crash(CrashType::watchdog);  // may not be looked at before the worker ends
    }
    EXPECT_EQ(awake, 0);
    EXPECT_EQ(crashes, 3);
    EXPECT_THAT(while_starting, ::testing::ElementsAre(0, 1));
}

}  // namespace
}  // namespace rproc
