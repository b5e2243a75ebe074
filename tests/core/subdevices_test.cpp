// SPDX-License-Identifier: BSD-2-Clause
// Sub-devices start before and stop after the remote processor, in order; the failure of one rolls back the others.
#include "rproc/core/subdevices.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/resource/table_builder.hpp"

namespace rproc {
namespace {

using test::FullBackend;
using test::outcome;
using test::Script;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Subdevices : public ::testing::Test {
  protected:
    using Processor = RemoteProcessor<FullBackend, test::BoardPlatform, Mainline, ObserverRef<test::Recorder>>;

    Subdevices() {
        EXPECT_EQ(outcome(rproc.set_firmware(test::some_firmware())), "ok");
        for (const std::string name : {"a", "b"}) EXPECT_EQ(outcome(rproc.add_subdevice(recorded(name))), "ok");
    }

    Subdevice recorded(const std::string& name) {
        return {.name = name,
                .prepare = [this, name] { return script.call("prepare " + name); },
                .start = [this, name] { return script.call("start " + name); },
                .stop =
                    [this, name](StopReason reason) {
                        static_cast<void>(script.call((reason == StopReason::crash ? "crash-stop " : "stop ") + name));
                    },
                .unprepare = [this, name] { static_cast<void>(script.call("unprepare " + name)); }};
    }
    [[nodiscard]] static test::BoardPlatform platform(Script& script, const ModelMemory& memory) {
        test::BoardPlatform platform;
        platform.script = &script;
        platform.model = memory;
        return platform;
    }
    /// The calls to the backend's start and stop and to the sub-devices, without the rest of a boot.
    std::vector<std::string> calls() {
        std::vector<std::string> kept;
        for (const std::string& call : std::exchange(script.calls, {}))
            if (call == "start" || call == "stop" || call.ends_with(" a") || call.ends_with(" b")) kept.push_back(call);
        return kept;
    }

    Script script;
    ModelMemory memory;
    test::Recorder recorder;
    Processor rproc{FullBackend{&script}, platform(script, memory), ObserverRef(recorder)};
};

TEST_F(Subdevices, ArePreparedBeforeTheStartAndUnpreparedAfterTheStop) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    EXPECT_THAT(calls(), ElementsAre("prepare a", "prepare b", "start", "start a", "start b"));
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
    EXPECT_THAT(calls(), ElementsAre("stop b", "stop a", "stop", "unprepare b", "unprepare a"));
    EXPECT_TRUE(recorder.all_closed());
}

TEST_F(Subdevices, StopWithTheReasonCrashed) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    calls();
    ASSERT_EQ(outcome(rproc.handle_crash(CrashType::watchdog)), "ok");
    EXPECT_THAT(calls(), ElementsAre("crash-stop b", "crash-stop a", "stop", "unprepare b", "unprepare a", "prepare a",
                                     "prepare b", "start", "start a", "start b"));
}

TEST_F(Subdevices, FailedPrepareUnpreparesTheEarlierOnes) {
    script.refuse = "prepare b";
    EXPECT_EQ(outcome(rproc.boot()), "register-failed");
    EXPECT_THAT(calls(), ElementsAre("prepare a", "prepare b", "unprepare a"));
    EXPECT_THAT(recorder.lines, ::testing::Contains("failed to prepare subdevices for m4: -5"));
    EXPECT_EQ(memory.mapped(), 0U);
    script.refuse.clear();
    ASSERT_EQ(outcome(rproc.boot()), "ok");
}

TEST_F(Subdevices, FailedStartStopsTheProcessor) {
    script.refuse = "start b";
    EXPECT_EQ(outcome(rproc.boot()), "register-failed");
    EXPECT_THAT(calls(), ElementsAre("prepare a", "prepare b", "start", "start a", "start b", "crash-stop a", "stop",
                                     "unprepare b", "unprepare a"));
    EXPECT_EQ(rproc.state(), State::offline);
}

// A bare platform has no kick op, so its virtio device refuses the boot.
TEST(SubdevicesAndVirtio, SubdevicesStartBeforeVirtioAndAreRolledBack) {
    Script script;
    script.table = ResourceTableBuilder{}.vdev(7, 1, {{}, {}}).build();
    test::BarePlatform bare;
    bare.script = &script;
    RemoteProcessor<FullBackend, test::BarePlatform> rproc(FullBackend{&script}, bare);
    ASSERT_EQ(outcome(rproc.set_firmware(test::some_firmware())), "ok");
    ASSERT_EQ(outcome(rproc.add_subdevice({.name = "a",
                                           .start = [&] { return script.call("start a"); },
                                           .stop = [&](StopReason) { static_cast<void>(script.call("stop a")); }})),
              "ok");
    EXPECT_EQ(outcome(rproc.boot()), "virtio-without-kick");
    EXPECT_EQ(script.count("start a"), 1);
    EXPECT_EQ(script.count("stop a"), 1);
}

TEST_F(Subdevices, CannotBeAddedOrRemovedWhileTheProcessorRuns) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    EXPECT_EQ(outcome(rproc.add_subdevice({.name = "late"})), "state-invalid");
    EXPECT_EQ(outcome(rproc.remove_subdevice("a")), "state-invalid");
    ASSERT_EQ(outcome(rproc.shutdown()), "ok");
    EXPECT_EQ(outcome(rproc.remove_subdevice("a")), "ok");
    EXPECT_EQ(outcome(rproc.remove_subdevice("b")), "ok");
    calls();
    recorder.events.clear();
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    EXPECT_THAT(calls(), ElementsAre("start"));
    EXPECT_THAT(recorder.events, ::testing::Not(::testing::Contains("begin prepare_subdevices")));
}

}  // namespace
}  // namespace rproc
