// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/virtio.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

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
using testing::ElementsAre;
using testing::IsEmpty;

/// A processor with two devices of which the first is unusable, right before its start.
class VirtioTest : public testing::Test {
  protected:
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
        ctx.drain(Step::handle_resources, recorder);
        recorder = {};
    }
    std::string start(Kick kick = Kick::available) {
        const auto started = register_virtio(ctx, resources, kick);
        ctx.drain(Step::start_subdevices, recorder);
        return outcome(started);
    }
    [[nodiscard]] VdevEntry entry(std::uint32_t index) const {
        return decode_vdev(ResourceTableView::parse(table).value().entry(index).value()).value();
    }

    ModelMemory memory;
    Context ctx{"m4"};
    Resources resources;
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
    unregister_virtio(resources);
    EXPECT_FALSE(resources.vdevs[1].registered);
}

TEST_F(VirtioTest, NeedsAKick) {
    prepare();
    EXPECT_EQ(start(Kick::missing), "virtio-without-kick");
    EXPECT_FALSE(resources.vdevs[1].registered);
    resources.clear();
    EXPECT_EQ(start(Kick::missing), "ok") << "without a device there is nothing to kick";
}

TEST_F(VirtioTest, UsesTheDevicesOwnBuffers) {
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

TEST_F(VirtioTest, AVringIsZeroedAndItsAddressWritten) {
    add(Carveout::region("vdev1vring1", DeviceAddress(0x10041000), PhysicalAddress(0x10041000), 0x1000));
    prepare();
    std::ranges::fill(ctx.carveouts().find_by_name("vdev1vring1")->mapping.bytes(), std::byte{0xee});
    EXPECT_TRUE(find_vring(ctx, resources.vdevs[1], 1).empty()) << "not before the device is registered";
    ASSERT_EQ(start(), "ok");
    const auto vring = find_vring(ctx, resources.vdevs[1], 1);
    EXPECT_EQ(vring.size(), vring_size(16, 16));
    EXPECT_EQ(std::ranges::count(vring, std::byte{0}), static_cast<std::ptrdiff_t>(vring.size()));
    EXPECT_EQ(ctx.carveouts().find_by_name("vdev1vring1")->mapping.bytes()[vring.size()], std::byte{0xee});
    EXPECT_EQ(entry(1).vring(1).da, 0x10041000U);
    EXPECT_EQ(entry(1).vring(0).da, wire::kAddressAny);
    EXPECT_TRUE(find_vring(ctx, resources.vdevs[1], 2).empty());
    unregister_virtio(resources);
    EXPECT_TRUE(find_vring(ctx, resources.vdevs[1], 1).empty());
}

}  // namespace
}  // namespace rproc
