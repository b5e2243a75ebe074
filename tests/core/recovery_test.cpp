// SPDX-License-Identifier: BSD-2-Clause
// Crashes: what is noted, and the way up again with the resources that are there.
#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/alone.hpp"

namespace rproc {
namespace {

using test::FullBackend;
using test::outcome;
using test::Recorder;
using test::Script;
using test::WrappingPlatform;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr DeviceAddress kTableAt{0x100};

class Recovery : public ::testing::Test {
  protected:
    Recovery() {
        script.table = ResourceTableBuilder{}.trace("log", 0, 16).vdev(7, 1, {{}, {}}).build();
        script.loaded_table_at = kTableAt;
        EXPECT_EQ(outcome(rproc.set_firmware(test::some_firmware())), "ok");
    }

    void boot() {
        ASSERT_EQ(outcome(rproc.boot()), "ok");
        script.calls.clear();
        recorder.events.clear();
        recorder.lines.clear();
    }

    [[nodiscard]] static WrappingPlatform platform(Script& script, const ModelMemory& memory) {
        WrappingPlatform platform;
        platform.script = &script;
        platform.model = memory;
        return platform;
    }

    Script script;
    ModelMemory memory;
    Recorder recorder;
    RemoteProcessor<FullBackend, WrappingPlatform, Mainline, ObserverRef<Recorder>> rproc{
        FullBackend{&script}, platform(script, memory), ObserverRef(recorder)};
};

TEST_F(Recovery, StopsLoadsAndStartsWithTheResourcesThatAreThere) {
    boot();
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(script.calls, ElementsAre("before stop", "stop", "parse", "load", "find_loaded_rsc_table",
                                          "before start", "start", "after start"));
    EXPECT_EQ(rproc.state(), State::running);
    EXPECT_EQ(test::alone(rproc).resources.traces.size(), 1U);
    EXPECT_TRUE(test::alone(rproc).resources.vdevs.at(0).registered);
    EXPECT_TRUE(recorder.all_closed());
    EXPECT_THAT(recorder.lines,
                ElementsAre("crash detected in m4: type watchdog", "handling crash #1 in m4", "recovering m4",
                            "stopped remote processor m4", "firmware: direct-loading firmware app.elf",
                            testing::_ /* the virtio device */, testing::_, "remote processor m4 is now up"));
}

TEST_F(Recovery, PutsTheTableBackAsItWasBeforeTheFirstStart) {
    boot();
    const std::vector<std::byte> before(test::alone(rproc).table.begin(), test::alone(rproc).table.end());
    const auto loaded = test::alone(rproc).carveouts.da_to_va(kTableAt, before.size());
    ASSERT_EQ(test::alone(rproc).table.data(), loaded.data());
    std::ranges::fill(loaded, std::byte{0xee});  // the firmware has crashed over it
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(std::vector<std::byte>(loaded.begin(), loaded.end()), ::testing::ElementsAreArray(before));
    EXPECT_EQ(test::alone(rproc).table.data(), loaded.data());
}

TEST_F(Recovery, AHandlerSeesTheMemoryAsTheCrashLeftIt) {
    boot();
    const auto loaded = test::alone(rproc).carveouts.da_to_va(kTableAt, script.table.size());
    std::vector<std::byte> seen;
    rproc.set_crash_handler([&](const CrashScene& scene) {
        static_cast<void>(script.call("handler"));
        EXPECT_EQ(scene.name, "m4");
        EXPECT_EQ(scene.crash_number, 1U);
        EXPECT_EQ(scene.boot_address, DeviceAddress(0x42));
        EXPECT_EQ(scene.resources.traces.size(), 1U);
        const auto bytes = scene.carveouts.da_to_va(kTableAt, script.table.size());
        seen.assign(bytes.begin(), bytes.end());
    });
    std::ranges::fill(loaded, std::byte{0xee});
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(seen, ::testing::Each(std::byte{0xee}));
    EXPECT_EQ(seen.size(), script.table.size());
    EXPECT_THAT(script.calls, ElementsAre("before stop", "stop", "handler", "parse", "load", "find_loaded_rsc_table",
                                          "before start", "start", "after start"));
}

TEST_F(Recovery, MayBeRepeatedAndThenShutDown) {
    boot();
    for (int i = 0; i < 3; ++i) ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
    EXPECT_EQ(script.count("start"), 3);
    EXPECT_EQ(script.count("stop"), 4);
    EXPECT_EQ(script.count("release_fw"), 1);
    EXPECT_EQ(memory.mapped(), 0U);
}

TEST_F(Recovery, KeepsTheCountOfBoots) {
    boot();
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
    EXPECT_EQ(rproc.state(), State::running);
}

TEST_F(Recovery, OfAProcessorThatIsOffDoesNothing) {
    EXPECT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_EQ(outcome(rproc.recover()), "state-invalid");
    EXPECT_THAT(script.calls, IsEmpty());
    EXPECT_EQ(rproc.crash_count(), 0U);
}

TEST_F(Recovery, WaitsForTheUserWhenDisabled) {
    boot();
    rproc.set_recovery(RecoveryMode::disabled);
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::fatal_error)), "ok");
    EXPECT_EQ(rproc.state(), State::crashed);
    EXPECT_THAT(script.calls, IsEmpty());
    EXPECT_EQ(outcome(rproc.handle_crash(CrashType::mmufault)), "ok");  // known already
    EXPECT_EQ(rproc.crash_count(), 1U);
    EXPECT_EQ(outcome(rproc.boot()), "state-invalid");
    ASSERT_EQ(outcome(rproc.recover()), "ok");
    EXPECT_EQ(rproc.state(), State::running);
}

TEST_F(Recovery, ACrashedProcessorCanBeShutDown) {
    boot();
    ASSERT_EQ(outcome(rproc.boot()), "ok");  // two users
    rproc.set_recovery(RecoveryMode::disabled);
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
    EXPECT_EQ(rproc.state(), State::offline);
    EXPECT_EQ(memory.mapped(), 0U);
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
}

TEST_F(Recovery, AStopThatFailsLeavesItCrashed) {
    boot();
    script.refuse = "stop";
    EXPECT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "register-failed");
    EXPECT_EQ(rproc.state(), State::crashed);
    script.refuse.clear();
    EXPECT_EQ(outcome(rproc.recover()), "ok");
    EXPECT_TRUE(test::alone(rproc).resources.vdevs.at(0).registered);
}

TEST_F(Recovery, ALaterFailureLeavesNothingAndTheNextBootWorks) {
    for (const std::string refused : {"load", "before start", "start", "after start"}) {
        boot();
        script.refuse = refused;
        EXPECT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "register-failed") << refused;
        EXPECT_EQ(rproc.state(), State::offline) << refused;
        EXPECT_EQ(memory.mapped(), 0U) << refused;
        EXPECT_EQ(test::alone(rproc).carveouts.size(), 0U) << refused;
        EXPECT_TRUE(test::alone(rproc).table.empty()) << refused;
        EXPECT_THAT(script.calls, Contains("unprepare")) << refused;
        EXPECT_EQ(script.count("release_fw"), 1) << refused;
        EXPECT_TRUE(recorder.all_closed()) << refused;
        script.refuse.clear();
        ASSERT_EQ(outcome(rproc.boot()), "ok") << refused;
        ASSERT_EQ(outcome(rproc.shutdown()), "ok") << refused;
    }
}

}  // namespace
}  // namespace rproc
