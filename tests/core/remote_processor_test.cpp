// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/remote_processor.hpp"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/alone.hpp"

namespace rproc {
namespace {

using test::FullBackend;
using test::outcome;
using test::Recorder;
using test::Script;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Platform = test::WrappingPlatform;
using Rproc = RemoteProcessor<FullBackend, Platform, Mainline, ObserverRef<Recorder>>;

class RemoteProcessorTest : public ::testing::Test {
  protected:
    void SetUp() override { EXPECT_EQ(outcome(rproc->set_firmware(test::some_firmware())), "ok"); }

    std::unique_ptr<Rproc> make() {
        Platform platform;
        platform.script = &script;
        platform.model = memory;
        return std::make_unique<Rproc>(FullBackend{&script}, std::move(platform), ObserverRef(recorder));
    }

    Script script;
    ModelMemory memory;
    Recorder recorder;
    std::unique_ptr<Rproc> rproc = make();
};

TEST_F(RemoteProcessorTest, HasTheNameAndStateOfItsPlatform) {
    EXPECT_EQ(rproc->name(), "m4");
    EXPECT_EQ(rproc->state(), State::offline);
}

TEST_F(RemoteProcessorTest, BootsAndStops) {
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    EXPECT_EQ(rproc->state(), State::running);
    EXPECT_EQ(test::alone(*rproc).carveouts.size(), 4U);
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    EXPECT_EQ(rproc->state(), State::offline);
    EXPECT_EQ(memory.mapped(), 0U);
}

TEST_F(RemoteProcessorTest, BootsAgainAndAgain) {
    script.table = ResourceTableBuilder{}.vdev(7, 0, {{}, {}}).build();
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(outcome(rproc->boot()), "ok") << i;
        EXPECT_EQ(test::alone(*rproc).resources.vdevs.size(), 1U) << i;
        ASSERT_EQ(outcome(rproc->shutdown()), "ok") << i;
    }
    EXPECT_EQ(script.count("release_fw"), 3);
    EXPECT_EQ(memory.mapped(), 0U);
}

TEST_F(RemoteProcessorTest, CountsItsUsers) {
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    EXPECT_EQ(script.count("start"), 1);
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    EXPECT_EQ(rproc->state(), State::running);
    EXPECT_EQ(script.count("stop"), 0);
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    EXPECT_EQ(rproc->state(), State::offline);
    EXPECT_EQ(script.count("stop"), 1);
}

TEST_F(RemoteProcessorTest, AFailedBootIsNotCounted) {
    script.refuse = "start";
    script.refusals = 1;
    EXPECT_EQ(outcome(rproc->boot()), "register-failed");
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    EXPECT_EQ(rproc->state(), State::offline);
}

TEST_F(RemoteProcessorTest, CannotStopWhatDoesNotRun) {
    const auto stopped = rproc->shutdown();
    EXPECT_EQ(outcome(stopped), "state-invalid");
    EXPECT_EQ(stopped.error().kernel_result(), -22);
    EXPECT_THAT(script.calls, IsEmpty());
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    EXPECT_EQ(outcome(rproc->shutdown()), "state-invalid");
}

TEST_F(RemoteProcessorTest, AStopThatFailsKeepsRunningAndMayBeRepeated) {
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    script.refuse = "stop";
    script.refusals = 2;
    for (int i = 0; i < 2; ++i) {
        const auto stopped = rproc->shutdown();
        EXPECT_EQ(outcome(stopped), "register-failed");
        EXPECT_EQ(stopped.error().step(), Step::stop);
        EXPECT_EQ(rproc->state(), State::running);
        EXPECT_EQ(test::alone(*rproc).carveouts.size(), 4U);
        EXPECT_EQ(memory.mapped(), 3U);
        EXPECT_EQ(script.count("release_fw"), 0);
        EXPECT_TRUE(recorder.all_closed());
    }
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    EXPECT_EQ(rproc->state(), State::offline);
    EXPECT_EQ(memory.mapped(), 0U);
    EXPECT_EQ(script.count("release_fw"), 1);
    EXPECT_EQ(script.count("unprepare"), 1);
    ASSERT_EQ(outcome(rproc->boot()), "ok");
}

// It still counts as booted: one more boot needs one more shutdown.
TEST_F(RemoteProcessorTest, AStopThatFailsKeepsItsUser) {
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    script.refuse = "stop";
    script.refusals = 1;
    EXPECT_EQ(outcome(rproc->shutdown()), "register-failed");
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    EXPECT_EQ(rproc->state(), State::running);
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    EXPECT_EQ(rproc->state(), State::offline);
}

TEST_F(RemoteProcessorTest, ThePlatformMayKeepItFromStopping) {
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    script.refuse = "before stop";
    EXPECT_EQ(outcome(rproc->shutdown()), "register-failed");
    EXPECT_EQ(script.count("stop"), 0);
    script.refuse.clear();
    EXPECT_EQ(outcome(rproc->shutdown()), "ok");
}

TEST_F(RemoteProcessorTest, TheDestructorShutsARunningProcessorDown) {
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    rproc.reset();
    EXPECT_EQ(script.count("stop"), 1);
    EXPECT_EQ(script.count("unprepare"), 1);
    EXPECT_EQ(script.count("release_fw"), 1);
    EXPECT_EQ(memory.mapped(), 0U);
    EXPECT_THAT(recorder.events, ::testing::Contains("running > offline"));
    EXPECT_EQ(recorder.events.back(), "end release_fw");
}

TEST_F(RemoteProcessorTest, TheDestructorOfAnIdleProcessorTouchesNothing) {
    rproc.reset();
    EXPECT_THAT(script.calls, IsEmpty());
}

// The stop succeeds in the end, so that this test ends even where the destructor insists.
TEST_F(RemoteProcessorTest, TheDestructorDoesNotInsistOnAStopThatFails) {
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    script.refuse = "stop";
    script.refusals = 100;
    rproc.reset();
    EXPECT_LE(script.count("stop"), 2);
    EXPECT_EQ(script.count("unprepare"), 1);
    EXPECT_EQ(script.count("release_fw"), 1);
    EXPECT_EQ(memory.mapped(), 0U);
    EXPECT_TRUE(recorder.all_closed());
}

TEST_F(RemoteProcessorTest, NeedsAFirmware) {
    const auto fresh = make();
    const auto booted = fresh->boot();
    EXPECT_EQ(outcome(booted), "firmware-name-empty");
    EXPECT_EQ(booted.error().step(), Step::request_firmware);
    EXPECT_EQ(recorder.lines.back(), "Boot failed: -22");
    EXPECT_THAT(script.calls, IsEmpty());
    EXPECT_TRUE(recorder.all_closed());
}

TEST_F(RemoteProcessorTest, AFirmwareNeedsAName) {
    EXPECT_EQ(outcome(rproc->set_firmware(FirmwareSource(Firmware("", {std::byte{1}})))), "firmware-name-empty");
    EXPECT_THAT(recorder.lines, ElementsAre("can't provide empty string for firmware name"));
    EXPECT_EQ(outcome(rproc->boot()), "ok") << "the firmware chosen before is still there";
}

TEST_F(RemoteProcessorTest, TheFirmwareOfARunningProcessorStays) {
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    const auto changed = rproc->set_firmware(test::some_firmware());
    EXPECT_EQ(outcome(changed), "firmware-busy");
    EXPECT_EQ(changed.error().kernel_result(), -16);
    EXPECT_EQ(recorder.lines.back(), "can't change firmware while running");
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    EXPECT_EQ(outcome(rproc->set_firmware(test::some_firmware())), "ok");
}

TEST_F(RemoteProcessorTest, AsksForTheFirmwareAtEachBoot) {
    int asked = 0;
    ASSERT_EQ(outcome(rproc->set_firmware(FirmwareSource("made.elf",
                                                         [&]() -> Result<Firmware> {
                                                             ++asked;
                                                             return Firmware("made.elf", {std::byte{1}});
                                                         }))),
              "ok");
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    EXPECT_EQ(asked, 1);
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    ASSERT_EQ(outcome(rproc->shutdown()), "ok");
    ASSERT_EQ(outcome(rproc->boot()), "ok");
    EXPECT_EQ(asked, 2);
}

TEST_F(RemoteProcessorTest, AFirmwareThatCannotBeHadFailsTheBoot) {
    ASSERT_EQ(outcome(rproc->set_firmware(FirmwareSource(
                  "absent.elf", []() -> Result<Firmware> { return fail(ErrorCode::firmware_not_found, {}); }))),
              "ok");
    const auto booted = rproc->boot();
    EXPECT_EQ(outcome(booted), "firmware-not-found");
    EXPECT_EQ(booted.error().step(), Step::request_firmware);
    EXPECT_THAT(recorder.lines, Contains("Direct firmware load for absent.elf failed with error -2"));
    EXPECT_THAT(recorder.lines, Contains("request_firmware failed: -2"));
    EXPECT_EQ(recorder.lines.back(), "Boot failed: -2");
    EXPECT_THAT(script.calls, IsEmpty()) << "there was no firmware to release";
    EXPECT_TRUE(recorder.all_closed());
}

TEST_F(RemoteProcessorTest, AFirmwareWithoutBytesFailsTheBoot) {
    ASSERT_EQ(outcome(rproc->set_firmware(FirmwareSource(Firmware("empty.elf", {})))), "ok");
    EXPECT_EQ(outcome(rproc->boot()), "firmware-empty");
    EXPECT_EQ(recorder.lines.back(), "Boot failed: -22");
}

TEST_F(RemoteProcessorTest, EveryWayOutEndsTheStepsItBegan) {
    script.table = ResourceTableBuilder{}.vdev(7, 0, {{}, {}}).build();
    for (const char* const op : {"parse", "prepare", "parse_fw", "load", "before start", "start", "after start", ""}) {
        recorder = {};
        script.refuse = op;
        script.calls.clear();
        static_cast<void>(rproc->boot());
        static_cast<void>(rproc->shutdown());
        EXPECT_TRUE(recorder.all_closed()) << op;
        EXPECT_EQ(script.count("release_fw"), 1) << op;
    }
}

TEST(RemoteProcessor, CannotAttachOnAPlatformThatCannot) {
    struct Detached : test::BarePlatform {
        State initial_state() { return State::detached; }
    };
    Script script;
    Detached platform;
    platform.script = &script;
    RemoteProcessor<FullBackend, Detached> rproc(FullBackend{&script}, platform);
    EXPECT_EQ(rproc.state(), State::detached);
    const auto booted = rproc.boot();
    EXPECT_EQ(outcome(booted), "attach-unsupported");
    EXPECT_EQ(booted.error().kernel_result(), -95);
    EXPECT_EQ(outcome(rproc.shutdown()), "state-invalid");
    EXPECT_THAT(script.calls, IsEmpty());
}

TEST(RemoteProcessor, DoesNotBootWhatIsDeleted) {
    struct Deleted : test::BarePlatform {
        State initial_state() { return State::deleted; }
    };
    Script script;
    Deleted platform;
    platform.script = &script;
    RemoteProcessor<FullBackend, Deleted> rproc(FullBackend{&script}, platform);
    EXPECT_EQ(outcome(rproc.boot()), "state-invalid");
    EXPECT_THAT(script.calls, IsEmpty());
}

struct LoadBeforeParse {
    static constexpr std::string_view kName = "load-before-parse";
    template <class Steps>
    static Result<void> run(Steps& steps) {
        RPROC_TRY(steps.prepare());
        RPROC_TRY(steps.load());
        RPROC_TRY(steps.parse_fw());
        return steps.start();
    }
};

TEST(RemoteProcessor, RunsAnotherSequence) {
    Script script;
    test::BarePlatform platform{.script = &script};
    RemoteProcessor<FullBackend, test::BarePlatform, LoadBeforeParse> rproc(FullBackend{&script}, platform);
    ASSERT_EQ(outcome(rproc.set_firmware(test::some_firmware())), "ok");
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
    EXPECT_THAT(script.calls, ElementsAre("parse", "load", "parse_fw", "start", "stop", "release_fw"));
}

// Each thread boots and shuts down; whatever their order, the counts add up and the processor is off in the end.
TEST_F(RemoteProcessorTest, ServesSeveralThreads) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 50; ++n) {
                EXPECT_EQ(outcome(rproc->boot()), "ok");
                EXPECT_EQ(rproc->state(), State::running);
                EXPECT_EQ(outcome(rproc->shutdown()), "ok");
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(rproc->state(), State::offline);
    EXPECT_EQ(script.count("start"), script.count("stop"));
    EXPECT_EQ(memory.mapped(), 0U);
}

}  // namespace
}  // namespace rproc
