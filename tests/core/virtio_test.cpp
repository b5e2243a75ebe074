// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/virtio.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/resource_handler.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A remote processor right before its start, with two vdevs of which the first is unusable.
class VirtioTest : public ::testing::Test {
  protected:
    void SetUp() override { ctx.report_to(recorder); }
    void add(Carveout carveout) {
        auto added = ctx.carveouts().add(std::move(carveout));
        ASSERT_EQ(outcome(ctx.carveouts().map(*added.value(), memory)), "ok");
    }
    void prepare() {
        ctx.set_table(table);
        ResourceHandler handler(ctx, resources);
        const auto handled = ResourceTableView::parse(table).value().for_each(
            [&](const ResourceEntry& entry) { return handler.handle(entry); });
        ASSERT_EQ(outcome(handled), "ok");
        for (Carveout& carveout : ctx.carveouts().all())
            ASSERT_EQ(outcome(ctx.carveouts().map(carveout, memory)), "ok");
        recorder = {};
    }
    std::string start() { return outcome(bus.start()); }
    [[nodiscard]] VdevEntry entry(std::uint32_t index) const {
        return decode_vdev(ResourceTableView::parse(table).value().entry(index).value()).value();
    }

    ModelMemory memory;
    Context ctx{"m4"};
    Resources resources;
    std::vector<std::uint32_t> kicked;
    VirtioBus bus{ctx, resources, [this](std::uint32_t id) -> Result<void> {
                      kicked.push_back(id);
                      return {};
                  }};
    test::Recorder recorder;
    Bytes table = ResourceTableBuilder{}.vdev(7, 0, {{.num = 0}, {}}).vdev(3, 0, {{}, {}}).build();
};

TEST_F(VirtioTest, RegistersTheUsableDevices) {
    prepare();
    ASSERT_EQ(start(), "ok");
    EXPECT_FALSE(resources.vdevs[0].registered);
    EXPECT_TRUE(resources.vdevs[1].registered);
    EXPECT_EQ(entry(0).header().status, 0);
    EXPECT_EQ(entry(1).header().status, 1);
    EXPECT_EQ(recorder.lines.back(), "registered virtio0 (type 3)");
    bus.stop();
    EXPECT_FALSE(resources.vdevs[1].registered);
}

TEST_F(VirtioTest, NeedsAKick) {
    prepare();
    VirtioBus mute(ctx, resources, {});
    EXPECT_EQ(outcome(mute.start()), "virtio-without-kick");
    EXPECT_FALSE(resources.vdevs[1].registered);
    resources.clear();
    EXPECT_EQ(outcome(mute.start()), "ok") << "without a device no kick is needed";
}

TEST_F(VirtioTest, UsesTheBuffersOfTheVdev) {
    add(Carveout::region("retram", DeviceAddress(0), PhysicalAddress(0x38000000), 0x1000));
    add(Carveout::pool("vdev1buffer", PhysicalAddress(0x10042000), 0x4000));
    prepare();
    ASSERT_EQ(start(), "ok");
    EXPECT_THAT(recorder.lines,
                ElementsAre("assigned reserved memory node vdev1buffer@10042000", "registered virtio0 (type 3)"));
    EXPECT_THAT(recorder.notices, IsEmpty());
}

TEST_F(VirtioTest, BuffersFromTheFirstMemoryAreANotice) {
    add(Carveout::region("retram", DeviceAddress(0), PhysicalAddress(0x38000000), 0x1000));
    prepare();
    ASSERT_EQ(start(), "ok");
    EXPECT_THAT(recorder.notices, ElementsAre("virtio-without-buffer"));
}

/// A driver of virtio consoles (id 3) that records its callbacks.
class DriverTest : public VirtioTest {
  protected:
    DriverTest() {
        const Bytes config{std::byte{0xaa}, std::byte{0xbb}, std::byte{0xcc}};
        table = ResourceTableBuilder{}.vdev(3, 0b1011, {{}, {}}, config).build();
        add(Carveout::region("vdev0vring1", DeviceAddress(0x10041000), PhysicalAddress(0x10041000), 0x1000));
        prepare();
    }
    VirtioDriver driver(std::string name = "console") {
        return {.name = std::move(name),
                .id = 3,
                .features = 0b0110,
                .probe = [this](VirtioDevice& device) { return probe(device); },
                .remove = [this](VirtioDevice&) { events.emplace_back("removed"); }};
    }
    Result<void> probe(VirtioDevice& device) {
        events.emplace_back("probed");
        if (refuse) return fail(Error::of({.code = ErrorCode::memory_exhausted, .message = "no buffers"}, {}, {}));
        for (std::uint32_t i = 0; i < 2; ++i) {
            auto vq = device.find_vq(i, [this, i](VirtioDevice& interrupted) {
                events.push_back("interrupt " + std::to_string(i));
                EXPECT_EQ(outcome(interrupted.kick(i)), "ok");
            });
            if (!vq) return fail(vq.error());
            queues.push_back(*vq);
        }
        return {};
    }

    bool refuse = false;
    std::vector<std::string> events;
    std::vector<Virtqueue> queues;
};

TEST_F(DriverTest, ProbesTheDevicesOfItsId) {
    std::ranges::fill(ctx.carveouts().find_by_name("vdev0vring1")->mapping.bytes(), std::byte{0xee});
    bus.add_driver(driver());
    ASSERT_EQ(start(), "ok");
    EXPECT_EQ(entry(0).header().status, kVirtioAcknowledge | kVirtioDriver | kVirtioDriverOk);
    EXPECT_EQ(entry(0).header().gfeatures, 0b0010U) << "the features that both have";
    ASSERT_EQ(queues.size(), 2U);
    EXPECT_EQ(queues[1].memory.size(), vring_size(16, 16));
    EXPECT_EQ(std::ranges::count(queues[1].memory, std::byte{0}), static_cast<std::ptrdiff_t>(queues[1].memory.size()));
    EXPECT_EQ(ctx.carveouts().find_by_name("vdev0vring1")->mapping.bytes()[queues[1].memory.size()], std::byte{0xee});
    EXPECT_EQ(entry(0).vring(1).da, 0x10041000U);
    bus.stop();
    EXPECT_THAT(events, ElementsAre("probed", "removed"));
    EXPECT_EQ(entry(0).header().status, kVirtioAcknowledge);
    EXPECT_FALSE(bus.interrupt(queues[0].notify_id));
}

TEST_F(DriverTest, ReceivesInterruptsOfItsQueuesAndKicksThem) {
    bus.add_driver(driver());
    ASSERT_EQ(start(), "ok");
    EXPECT_TRUE(bus.interrupt(queues[1].notify_id));
    EXPECT_FALSE(bus.interrupt(99));
    EXPECT_THAT(events, ElementsAre("probed", "interrupt 1"));
    EXPECT_EQ(outcome(bus.kick(queues[0].notify_id)), "ok");
    EXPECT_THAT(kicked, ElementsAre(queues[1].notify_id, queues[0].notify_id));
    EXPECT_EQ(outcome(bus.kick(99)), "vring-unknown");
}

TEST_F(DriverTest, CanBeAddedAndRemovedWhileTheDeviceIsRegistered) {
    ASSERT_EQ(start(), "ok");
    EXPECT_EQ(entry(0).header().status, kVirtioAcknowledge);
    EXPECT_EQ(outcome(bus.kick(0)), "vring-unknown") << "no driver has found the queue";
    bus.add_driver(driver());
    bus.add_driver(driver("second"));
    EXPECT_THAT(events, ElementsAre("probed"));
    bus.remove_driver("console");
    EXPECT_THAT(events, ElementsAre("probed", "removed"));
    EXPECT_EQ(outcome(bus.kick(0)), "vring-unknown");
    bus.remove_driver("unknown");
    bus.stop();
    EXPECT_EQ(events.size(), 2U);
}

TEST_F(DriverTest, MayHaveNoCallbacks) {
    bus.add_driver({.name = "lazy", .id = 3});
    ASSERT_EQ(start(), "ok");
    EXPECT_EQ(entry(0).header().status, kVirtioAcknowledge | kVirtioDriver | kVirtioDriverOk);
    bus.stop();
    EXPECT_EQ(entry(0).header().status, kVirtioAcknowledge);
}

TEST_F(DriverTest, FailedProbeKeepsTheDeviceAndTheProcessor) {
    refuse = true;
    bus.add_driver(driver());
    ASSERT_EQ(start(), "ok");
    EXPECT_EQ(entry(0).header().status, kVirtioAcknowledge | kVirtioDriver | kVirtioFailed);
    EXPECT_THAT(recorder.notices, ::testing::Contains("memory-exhausted"));
    EXPECT_TRUE(resources.vdevs[0].registered);
    bus.stop();
    EXPECT_THAT(events, ElementsAre("probed"));
}

TEST_F(DriverTest, AccessesOnlyTheConfigurationSpace) {
    ASSERT_EQ(start(), "ok");
    const auto check = [&](VirtioDevice& device) {
        Bytes two(2);
        EXPECT_EQ(device.config_size(), 3U);
        EXPECT_EQ(outcome(device.read_config(1, two)), "ok");
        EXPECT_THAT(two, ElementsAre(std::byte{0xbb}, std::byte{0xcc}));
        EXPECT_EQ(outcome(device.read_config(2, two)), "virtio-config-outside");
        EXPECT_EQ(outcome(device.read_config(~0ULL, two)), "virtio-config-outside");
        EXPECT_THAT(two, ElementsAre(std::byte{0xbb}, std::byte{0xcc})) << "unchanged";
        EXPECT_EQ(outcome(device.write_config(0, two)), "ok");
        EXPECT_EQ(outcome(device.write_config(4, two)), "virtio-config-outside");
        EXPECT_EQ(outcome(device.finalize_features(0b0100)), "virtio-features-unknown");
        EXPECT_EQ(device.accepted_features(), 0U);
        EXPECT_EQ(outcome(device.finalize_features(0b1010)), "ok");
        EXPECT_EQ(outcome(device.find_vq(2, {})), "vring-unknown");
        EXPECT_EQ(outcome(device.kick(0)), "vring-unknown") << "before find_vq";
        device.reset();
    };
    EXPECT_TRUE(bus.with_device(0, check));
    EXPECT_FALSE(bus.with_device(1, check));
    EXPECT_THAT(entry(0).config(), ElementsAre(std::byte{0xbb}, std::byte{0xcc}, std::byte{0xcc}));
    EXPECT_EQ(entry(0).header().status, 0);
    EXPECT_EQ(entry(0).header().gfeatures, 0b1010U);
}

// The firmware can write to the resource table: what it writes must not redirect an access.
TEST_F(DriverTest, ATableThatTheFirmwareRewritesDoesNotRedirectAccesses) {
    ASSERT_EQ(start(), "ok");
    std::ranges::fill(table, std::byte{0xff});
    bus.with_device(0, [](VirtioDevice& device) {
        Bytes all(3);
        EXPECT_EQ(outcome(device.read_config(0, all)), "ok");
        EXPECT_EQ(device.config_size(), 3U);
        EXPECT_EQ(device.vring_count(), 2U);
        EXPECT_EQ(outcome(device.find_vq(1, {})), "ok");
    });
    bus.stop();
}

}  // namespace
}  // namespace rproc
