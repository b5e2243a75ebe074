// SPDX-License-Identifier: BSD-2-Clause
// Suspend, removal and panic of a remote processor.
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "support/alone.hpp"

namespace rproc {
namespace {

using namespace std::chrono_literals;
using test::outcome;
using test::Script;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A board whose remote processor is suspended with Linux, or keeps running.
struct SuspendingPlatform : test::BoardPlatform {
    Sleep sleep = Sleep::suspended;
    State first = State::offline;

    State initial_state() { return first; }
    Result<Sleep> suspend(Context& /*ctx*/) {
        RPROC_TRY(script->call("suspend"));
        return sleep;
    }
    Result<void> resume(Context& /*ctx*/) { return script->call("resume"); }
    std::chrono::milliseconds panic(Context& /*ctx*/) {
        static_cast<void>(script->call("panic"));
        return 30ms;
    }
    Result<LoadedTable> attached_table(Context& /*ctx*/) { return LoadedTable{}; }
    Result<void> attach(Context& /*ctx*/) { return script->call("attach"); }
    Result<void> detach(Context& /*ctx*/) { return script->call("detach"); }
};

class Power : public ::testing::Test {
  protected:
    using Processor = RemoteProcessor<test::FullBackend, SuspendingPlatform, Mainline, ObserverRef<test::Recorder>>;

    std::unique_ptr<Processor> make(Sleep sleep = Sleep::suspended, State first = State::offline) {
        SuspendingPlatform platform;
        platform.script = &script;
        platform.sleep = sleep;
        platform.first = first;
        auto rproc = std::make_unique<Processor>(test::FullBackend{&script}, platform, ObserverRef(recorder));
        EXPECT_EQ(outcome(rproc->set_firmware(test::some_firmware())), "ok");
        return rproc;
    }

    Script script;
    test::Recorder recorder;
};

TEST_F(Power, SuspendedProcessorOnlyResumesOrCrashes) {
    const auto rproc = make();
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->suspend()), "ok");
    EXPECT_EQ(rproc->state(), State::suspended);
    EXPECT_EQ(outcome(rproc->boot()), "state-invalid");
    EXPECT_EQ(outcome(rproc->shutdown()), "state-invalid");
    EXPECT_EQ(outcome(rproc->recover()), "state-invalid");
    EXPECT_EQ(outcome(rproc->detach()), "state-invalid");
    EXPECT_EQ(outcome(rproc->set_firmware(test::some_firmware())), "firmware-busy");
    EXPECT_EQ(rproc->panic(), 0ms);
    ASSERT_EQ(outcome(rproc->resume()), "ok");
    EXPECT_EQ(rproc->state(), State::running);
    EXPECT_THAT(recorder.events, Contains("suspended > running"));
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
}

TEST_F(Power, CrashWhileSuspendedIsRecovered) {
    const auto rproc = make();
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->suspend()), "ok");
    ASSERT_EQ(outcome(rproc->handle_crash(CrashType::watchdog)), "ok");
    EXPECT_EQ(rproc->state(), State::running);
    EXPECT_EQ(rproc->crash_count(), 1U);
    EXPECT_EQ(outcome(rproc->resume()), "ok");
    EXPECT_EQ(script.count("resume"), 0) << "recovery restarts the suspended processor";
}

TEST_F(Power, ResumeReturnsAnAttachedProcessorToAttached) {
    const auto rproc = make(Sleep::suspended, State::detached);
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->suspend()), "ok");
    EXPECT_EQ(rproc->state(), State::suspended);
    ASSERT_EQ(outcome(rproc->resume()), "ok");
    EXPECT_EQ(rproc->state(), State::attached);
    EXPECT_EQ(outcome(rproc->detach()), "ok");
}

TEST_F(Power, ProcessorThatKeepsRunningGetsSuspendAndResume) {
    const auto rproc = make(Sleep::runs_on);
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->suspend()), "ok");
    EXPECT_EQ(rproc->state(), State::running);
    ASSERT_EQ(outcome(rproc->resume()), "ok");
    ASSERT_EQ(outcome(rproc->resume()), "ok");
    EXPECT_EQ(script.count("suspend"), 1);
    EXPECT_EQ(script.count("resume"), 1);
}

TEST_F(Power, SuspendOfAnOfflineProcessorDoesNothing) {
    const auto rproc = make();
    EXPECT_EQ(outcome(rproc->suspend()), "ok");
    EXPECT_EQ(outcome(rproc->resume()), "ok");
    EXPECT_THAT(script.calls, IsEmpty());
}

TEST_F(Power, RefusedSuspendOrResumeKeepsTheState) {
    const auto rproc = make();
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    script.refuse = "suspend";
    EXPECT_EQ(outcome(rproc->suspend()), "register-failed");
    EXPECT_EQ(rproc->state(), State::running);
    script.refuse = "resume";
    ASSERT_EQ(outcome(rproc->suspend()), "ok");
    EXPECT_EQ(outcome(rproc->resume()), "register-failed");
    EXPECT_EQ(rproc->state(), State::suspended);
    script.refuse.clear();
    EXPECT_EQ(outcome(rproc->resume()), "ok");
    EXPECT_TRUE(recorder.all_closed());
}

TEST_F(Power, DestructorResumesAndStopsASuspendedProcessor) {
    auto rproc = make();
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->suspend()), "ok");
    rproc.reset();
    EXPECT_EQ(script.count("resume"), 1);
    EXPECT_EQ(script.count("stop"), 1);
}

TEST_F(Power, RemovedProcessorRefusesEveryOperation) {
    const auto rproc = make();
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    rproc->remove();
    EXPECT_EQ(rproc->state(), State::deleted);
    EXPECT_EQ(script.count("stop"), 1);
    EXPECT_EQ(outcome(rproc->boot()), "state-invalid");
    EXPECT_EQ(outcome(rproc->set_firmware(test::some_firmware())), "firmware-busy");
    rproc->remove();
    EXPECT_EQ(rproc->state(), State::deleted);
}

TEST_F(Power, RemovalSucceedsWhenTheStopFails) {
    const auto rproc = make();
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    script.refuse = "stop";
    rproc->remove();
    EXPECT_EQ(rproc->state(), State::deleted);
    EXPECT_EQ(test::alone(*rproc).carveouts.size(), 0U);
}

TEST_F(Power, RemovalStopsAProcessorWhoseResumeFails) {
    const auto rproc = make();
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->suspend()), "ok");
    script.refuse = "resume";
    rproc->remove();
    EXPECT_EQ(rproc->state(), State::deleted);
    EXPECT_EQ(script.count("stop"), 1);
    EXPECT_EQ(script.count("release_fw"), 1);
}

TEST_F(Power, RemovalLeavesADetachedProcessorRunning) {
    const auto rproc = make(Sleep::runs_on, State::detached);
    rproc->remove();
    EXPECT_EQ(rproc->state(), State::deleted);
    EXPECT_EQ(script.count("stop"), 0);
}

TEST_F(Power, PanicReachesARunningProcessor) {
    const auto rproc = make();
    EXPECT_EQ(rproc->panic(), 0ms);
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    EXPECT_EQ(rproc->panic(), 30ms);
    EXPECT_EQ(script.count("panic"), 1);
}

// A panic in a callback of an operation must not wait for that operation.
TEST_F(Power, PanicNeverWaitsForAnOperation) {
    const auto rproc = make();
    ASSERT_EQ(outcome(rproc->add_subdevice({.name = "panics",
                                            .start = [&]() -> Result<void> {
                                                EXPECT_EQ(rproc->panic(), 0ms);
                                                return {};
                                            }})),
              "ok");
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    EXPECT_EQ(script.count("panic"), 0);
}

}  // namespace
}  // namespace rproc
