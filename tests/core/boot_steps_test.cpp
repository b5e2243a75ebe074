// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/boot_steps.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/alone.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::BarePlatform;
using test::BoardPlatform;
using test::Bytes;
using test::FullBackend;
using test::LeanBackend;
using test::outcome;
using test::Recorder;
using test::Script;
using test::WrappingPlatform;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

template <class B, class P>
class Processor {
  public:
    Processor() { EXPECT_EQ(outcome(rproc.set_firmware(test::some_firmware())), "ok"); }

    Script script;
    ModelMemory memory;
    Recorder recorder;
    RemoteProcessor<B, P, Mainline, ObserverRef<Recorder>> rproc{B{&script}, make_platform(), ObserverRef(recorder)};

    /// Nothing of the last attempt may be left.
    void expect_nothing_left() {
        EXPECT_EQ(rproc.state(), State::offline);
        EXPECT_EQ(memory.mapped(), 0U);
        EXPECT_EQ(test::alone(rproc).carveouts.size(), 0U);
        EXPECT_TRUE(test::alone(rproc).table.empty());
        EXPECT_TRUE(test::alone(rproc).resources.traces.empty());
        EXPECT_TRUE(test::alone(rproc).resources.vdevs.empty());
        EXPECT_TRUE(recorder.all_closed());
    }

  private:
    P make_platform() {
        P platform;
        platform.script = &script;
        platform.model = memory;
        return platform;
    }
};

Bytes sound_table() {
    return ResourceTableBuilder{}
        .carveout("heap", wire::kAddressAny, 0x1000)
        .trace("log", 0x100, 16)
        .vdev(7, 1, {{}, {}})
        .build();
}

TEST(BootSteps, CallEveryOpInTheKernelsOrder) {
    Processor<FullBackend, WrappingPlatform> m4;
    m4.script.table = ResourceTableBuilder{}.raw(200, Bytes(4)).trace("log", 0, 16).build();
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    EXPECT_THAT(m4.script.calls, ElementsAre("parse", "prepare", "boot_address", "parse_fw", "handle_rsc", "load",
                                             "find_loaded_rsc_table", "before start", "start", "after start"));
    m4.script.calls.clear();
    ASSERT_EQ(outcome(m4.rproc.shutdown()), "ok");
    EXPECT_THAT(m4.script.calls, ElementsAre("before stop", "stop", "unprepare", "release_fw"));
    m4.expect_nothing_left();
}

TEST(BootSteps, CallNoOpThatThePoliciesLack) {
    Processor<LeanBackend, BoardPlatform> m4;
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    ASSERT_EQ(outcome(m4.rproc.shutdown()), "ok");
    EXPECT_THAT(m4.script.calls, ElementsAre("prepare", "parse_fw", "load", "start", "power_up", "stop", "power_down"));
    m4.expect_nothing_left();
}

TEST(BootSteps, ABackendThatStartsTheCoreNeedsNoCoreControl) {
    Processor<FullBackend, BarePlatform> m4;
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    EXPECT_THAT(m4.script.calls, Not(Contains("power_up")));
    ASSERT_EQ(outcome(m4.rproc.shutdown()), "ok");
    m4.expect_nothing_left();
}

TEST(BootSteps, AreToldToTheObserver) {
    Processor<FullBackend, WrappingPlatform> m4;
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    EXPECT_THAT(
        m4.recorder.events,
        ElementsAre("begin request_firmware", "end request_firmware", "begin sanity_check", "end sanity_check",
                    "begin prepare", "end prepare", "begin boot_address", "end boot_address", "begin parse_fw",
                    "end parse_fw", "begin handle_resources", "end handle_resources", "begin allocate_carveouts",
                    "end allocate_carveouts", "begin load", "end load", "begin install_table", "end install_table",
                    "begin start", "end start", "begin start_subdevices", "end start_subdevices", "offline > running"));
    EXPECT_TRUE(m4.recorder.all_closed());
    m4.recorder.events.clear();
    ASSERT_EQ(outcome(m4.rproc.shutdown()), "ok");
    EXPECT_THAT(m4.recorder.events,
                ElementsAre("begin stop_subdevices", "end stop_subdevices", "begin stop", "end stop",
                            "running > offline", "begin resource_cleanup", "end resource_cleanup", "begin unprepare",
                            "end unprepare", "begin release_fw", "end release_fw"));
}

TEST(BootSteps, SayWhatTheKernelSays) {
    Processor<FullBackend, WrappingPlatform> m4;
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    ASSERT_EQ(outcome(m4.rproc.shutdown()), "ok");
    EXPECT_THAT(m4.recorder.lines, ElementsAre("powering up m4", "firmware: direct-loading firmware app.elf",
                                               "Booting fw image app.elf, size 1", "remote processor m4 is now up",
                                               "stopped remote processor m4"));
}

/// One way to make a boot fail, and what the user sees of it.
struct Failure {
    std::string name;
    std::string op;  ///< the op that refuses, if it is one
    std::function<Bytes()> table;
    std::string code;
    Step step;
    std::string line;  ///< the one before "Boot failed"; may be empty
};

class BootFailure : public ::testing::TestWithParam<Failure> {};

TEST_P(BootFailure, LeavesNothingBehindAndTheNextFirmwareBoots) {
    const Failure& failure = GetParam();
    Processor<FullBackend, WrappingPlatform> m4;
    m4.script.refuse = failure.op;
    m4.script.table = failure.table ? failure.table() : sound_table();

    const auto booted = m4.rproc.boot();
    ASSERT_EQ(outcome(booted), failure.code);
    EXPECT_EQ(to_string(booted.error().step()), to_string(failure.step));
    EXPECT_EQ(m4.recorder.events.back(), "end release_fw");
    EXPECT_THAT(m4.recorder.events, Contains("failed " + std::string(to_string(failure.step))));
    EXPECT_THAT(m4.recorder.events, Not(Contains("offline > running")));
    m4.expect_nothing_left();
    EXPECT_EQ(m4.script.count("release_fw"), 1);
    EXPECT_EQ(m4.script.count("unprepare"), failure.step > Step::prepare ? 1 : 0);
    EXPECT_EQ(m4.script.count("stop"), 0) << "the core never ran";
    EXPECT_EQ(m4.recorder.lines.back(), "Boot failed: " + std::to_string(booted.error().kernel_result()));
    if (!failure.line.empty()) {
        EXPECT_THAT(m4.recorder.lines, Contains(failure.line));
    }
    if (!booted.error().kernel_line().empty()) {
        EXPECT_THAT(m4.recorder.lines, Contains(booted.error().kernel_line()));
    }

    m4.script.refuse.clear();
    m4.script.table = sound_table();
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    ASSERT_EQ(test::alone(m4.rproc).resources.vdevs.size(), 1U);
    EXPECT_EQ(test::alone(m4.rproc).resources.vdevs[0].vrings[0].notify_id, 0U)
        << "ids of the failed boot were given back";
    EXPECT_TRUE(test::alone(m4.rproc).resources.vdevs[0].registered);
    ASSERT_EQ(outcome(m4.rproc.shutdown()), "ok");
    m4.expect_nothing_left();
}

Bytes with_devmem() {
    return ResourceTableBuilder{}
        .carveout("heap", wire::kAddressAny, 0x1000)
        .trace("log", 0, 16)
        .vdev(7, 0, {{}, {}})
        .devmem("uart", 0, 0, 4)
        .build();
}
Bytes with_huge_carveout() {
    return ResourceTableBuilder{}
        .carveout("heap", wire::kAddressAny, 0x1000)
        .carveout("huge", wire::kAddressAny, 0x7fffffff)
        .build();
}
Bytes with_bad_offset() {
    return test::Table{.entries = {test::trace({}), test::vdev({})}, .offsets = {{24, 0x1000}}}.build();
}
Bytes with_bad_header() { return Bytes(7); }
Bytes with_vendor_entry() { return ResourceTableBuilder{}.trace("log", 0, 16).raw(128, Bytes(4)).build(); }

INSTANTIATE_TEST_SUITE_P(
    EachStep, BootFailure,
    ::testing::Values(
        Failure{"SanityCheck", "parse", {}, "register-failed", Step::sanity_check, "parse line"},
        Failure{"Prepare", "prepare", {}, "register-failed", Step::prepare, "can't prepare rproc m4: -5"},
        Failure{"ParseFw", "parse_fw", {}, "register-failed", Step::parse_fw, "parse_fw line"},
        Failure{"TableHeader", "", with_bad_header, "table-headerless", Step::handle_resources,
                "Failed to process resources: -22"},
        Failure{"TableOffset", "", with_bad_offset, "entry-outside-table", Step::handle_resources,
                "rsc table is truncated"},
        Failure{"Devmem", "", with_devmem, "devmem-without-iommu", Step::handle_resources,
                "Failed to process resources: -22"},
        Failure{"VendorEntry", "handle_rsc", with_vendor_entry, "register-failed", Step::handle_resources,
                "Failed to process resources: -5"},
        Failure{"VendorEntryLast", "", with_vendor_entry, "vendor-entry-fails-boot", Step::handle_resources,
                "Failed to process resources: 1"},
        Failure{"Carveout", "", with_huge_carveout, "memory-exhausted", Step::allocate_carveouts,
                "Failed to allocate associated carveouts: -12"},
        Failure{"Load", "load", {}, "register-failed", Step::load, "Failed to load program segments: -5"},
        Failure{"BeforeStart", "before start", {}, "register-failed", Step::start, "can't start rproc m4: -5"},
        Failure{"Start", "start", {}, "register-failed", Step::start, "can't start rproc m4: -5"}),
    [](const auto& param) { return param.param.name; });

TEST(BootSteps, APlatformWithoutKickRefusesVirtio) {
    struct Kickless : BarePlatform {
        Result<void> power_up(Context& /*ctx*/) { return script->call("power_up"); }
        Result<void> power_down(Context& /*ctx*/) { return script->call("power_down"); }
    };
    Processor<LeanBackend, Kickless> m4;
    m4.script.table = sound_table();
    const auto booted = m4.rproc.boot();
    EXPECT_EQ(outcome(booted), "virtio-without-kick");
    EXPECT_THAT(m4.recorder.lines, Contains(".kick method not defined for m4"));
    EXPECT_THAT(m4.recorder.lines, Contains("failed to probe subdevices for m4: -22"));
    EXPECT_EQ(m4.script.count("power_down"), 1) << "the core had been started";
    m4.expect_nothing_left();

    m4.script.table = ResourceTableBuilder{}.trace("log", 0, 16).build();
    EXPECT_EQ(outcome(m4.rproc.boot()), "ok");
}

// The boot has failed already; that the core cannot be stopped then must not keep the rest from being undone.
TEST(BootSteps, AStopThatFailsWhileUndoingIsPassedOver) {
    struct Kickless : BarePlatform {};
    Processor<FullBackend, Kickless> m4;
    m4.script.table = sound_table();
    m4.script.refuse = "stop";
    EXPECT_EQ(outcome(m4.rproc.boot()), "virtio-without-kick");
    EXPECT_EQ(m4.script.count("stop"), 1);
    EXPECT_EQ(m4.script.count("release_fw"), 1);
    EXPECT_THAT(m4.recorder.events, Contains("failed stop"));
    m4.expect_nothing_left();
}

TEST(BootSteps, AVendorsEntryMayBeHandled) {
    Processor<FullBackend, BarePlatform> m4;
    m4.script.table = with_vendor_entry();
    m4.script.vendor = VendorEntry::handled;
    EXPECT_EQ(outcome(m4.rproc.boot()), "ok");
    EXPECT_THAT(m4.recorder.notices, IsEmpty());
}

TEST(BootSteps, AnUnhandledVendorsEntryIsANotice) {
    Processor<FullBackend, BarePlatform> m4;
    m4.script.table = ResourceTableBuilder{}.raw(128, Bytes(4)).trace("log", 0, 16).build();
    EXPECT_EQ(outcome(m4.rproc.boot()), "ok");
    EXPECT_THAT(m4.recorder.notices, ElementsAre("vendor-entry-unhandled"));
    EXPECT_THAT(m4.recorder.lines, Contains("unsupported vendor resource 128"));
}

TEST(BootSteps, AnEntryOfAnUnknownTypeIsANotice) {
    Processor<FullBackend, BarePlatform> m4;
    m4.script.table = ResourceTableBuilder{}.raw(4, Bytes(4)).raw(513, Bytes(4)).build();
    EXPECT_EQ(outcome(m4.rproc.boot()), "ok");
    EXPECT_EQ(m4.script.count("handle_rsc"), 0);
    EXPECT_THAT(m4.recorder.notices, ElementsAre("entry-type-unknown", "entry-type-unknown"));
    EXPECT_THAT(m4.recorder.lines, Contains("unsupported resource 513"));
}

TEST(BootSteps, AllocatedMemoryIsWrittenIntoTheTable) {
    Processor<FullBackend, BoardPlatform> m4;
    m4.script.table = sound_table();
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    const auto view = ResourceTableView::parse(test::alone(m4.rproc).table).value();
    const auto carveout = decode_carveout(view.entry(0).value()).value();
    EXPECT_EQ(carveout.da, 0xd0000000U);
    EXPECT_EQ(carveout.pa, 0xd0000000U);
    EXPECT_EQ(carveout.len, 0x1000U);
    const auto vdev = decode_vdev(view.entry(2).value()).value();
    EXPECT_EQ(vdev.vring(0).notifyid, 0U);
    EXPECT_EQ(vdev.vring(1).notifyid, 1U);
    EXPECT_EQ(vdev.header().status, kVirtioAcknowledge);
}

TEST(BootSteps, TheCachedTableIsCopiedOverTheLoadedOne) {
    Processor<FullBackend, BoardPlatform> m4;
    m4.script.table = sound_table();
    m4.script.loaded_table_at = DeviceAddress(0x200);
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    const auto loaded = test::alone(m4.rproc).carveouts.da_to_va(DeviceAddress(0x200), m4.script.table.size());
    EXPECT_EQ(test::alone(m4.rproc).table.data(), loaded.data());
    const auto view = ResourceTableView::parse(loaded).value();
    EXPECT_EQ(decode_carveout(view.entry(0).value()).value().da, 0xd0000000U);
    EXPECT_EQ(decode_vdev(view.entry(2).value()).value().header().status, kVirtioAcknowledge);
    ASSERT_EQ(outcome(m4.rproc.shutdown()), "ok");
    m4.expect_nothing_left();
}

TEST(BootSteps, ATableThatIsNotLoadedStaysACopy) {
    Processor<FullBackend, BoardPlatform> m4;
    m4.script.table = sound_table();
    m4.script.loaded_table_at = DeviceAddress(0xff8);
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    EXPECT_EQ(test::alone(m4.rproc).table.size(), m4.script.table.size());
    EXPECT_TRUE(test::alone(m4.rproc).resources.vdevs[0].registered);
}

// FullBackend's image is a copy of the firmware.
TEST(BootSteps, ParseOnceAndKeepTheImageForTheBootAlone) {
    Processor<FullBackend, BoardPlatform> m4;
    std::weak_ptr<const std::byte> bytes;
    const FirmwareSource source("app.elf", [&]() -> Result<Firmware> {
        const auto owner = std::make_shared<const std::byte>(std::byte{1});
        bytes = owner;
        return Firmware("app.elf", std::span(owner.get(), 1), owner);
    });
    ASSERT_EQ(outcome(m4.rproc.set_firmware(source)), "ok");
    ASSERT_EQ(outcome(m4.rproc.boot()), "ok");
    EXPECT_EQ(m4.script.count("parse"), 1);
    EXPECT_TRUE(bytes.expired());
    ASSERT_EQ(outcome(m4.rproc.shutdown()), "ok");
    m4.script.refuse = "load";
    EXPECT_EQ(outcome(m4.rproc.boot()), "register-failed");
    EXPECT_EQ(m4.script.count("parse"), 2);
    EXPECT_TRUE(bytes.expired());
}

TEST(BootSteps, TakeTheBootAddressFromTheBackend) {
    Script script;
    Recorder recorder;
    Context ctx("m4");
    FullBackend backend{&script};
    BarePlatform platform{.script = &script};
    BootSteps<FullBackend, BarePlatform, Recorder> steps(ctx, backend, platform, recorder);
    const Firmware firmware("app.elf", {std::byte{1}});
    steps.use(firmware);
    EXPECT_EQ(steps.boot_address_read(), DeviceAddress(0));
    EXPECT_EQ(outcome(steps.boot_address()), "ok");
    EXPECT_EQ(steps.boot_address_read(), DeviceAddress(0x42));
}

}  // namespace
}  // namespace rproc
