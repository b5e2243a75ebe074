// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/resource/table_editor.hpp"

#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

#include "rproc/resource/entries.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::Bytes;

/// A resource table with a carveout and a vdev of two vrings, and the expected bytes after an edit.
class ResourceTableEditorTest : public ::testing::Test {
  protected:
    [[nodiscard]] ResourceEntry entry(std::uint32_t index) const {
        return ResourceTableView::parse(table).value().entry(index).value();
    }
    [[nodiscard]] std::uint64_t offset(std::uint32_t index) const { return entry(index).payload_offset(); }

    const Bytes original = ResourceTableBuilder{}
                               .carveout("heap", wire::kAddressAny, 0x1000, 6)
                               .vdev(7, 1, {{.da = wire::kAddressAny}, {.da = wire::kAddressAny}})
                               .build();
    Bytes table = original;
    ResourceTableEditor editor{table};
};

TEST_F(ResourceTableEditorTest, SetsTheDaAndPaOfACarveout) {
    editor.set_carveout(offset(0), DeviceAddress(0x30000000), PhysicalAddress(0x10000000), 0x2000);
    const auto carveout = decode_carveout(entry(0)).value();
    EXPECT_EQ(carveout.da, 0x30000000U);
    EXPECT_EQ(carveout.pa, 0x10000000U);
    EXPECT_EQ(carveout.len, 0x2000U);
    EXPECT_EQ(carveout.flags, 6U);
    EXPECT_EQ(wire::view(carveout.name), "heap");
}

TEST_F(ResourceTableEditorTest, TruncatesAddressesTo32BitsAsTheKernel) {
    editor.set_carveout(offset(0), DeviceAddress(0x530000000), PhysicalAddress(0x710000000), 0x900002000);
    const auto carveout = decode_carveout(entry(0)).value();
    EXPECT_EQ(carveout.da, 0x30000000U);
    EXPECT_EQ(carveout.pa, 0x10000000U);
    EXPECT_EQ(carveout.len, 0x2000U);
}

TEST_F(ResourceTableEditorTest, SetsOnlyTheChosenVring) {
    editor.set_vring_notify_id(offset(1), 1, 42);
    editor.set_vring_address(offset(1), 1, DeviceAddress(0x10041000));
    const auto vdev = decode_vdev(entry(1)).value();
    EXPECT_EQ(vdev.vring(1).notifyid, 42U);
    EXPECT_EQ(vdev.vring(1).da, 0x10041000U);
    EXPECT_EQ(vdev.vring(1).num, 16U);
    EXPECT_EQ(vdev.vring(0).notifyid, 0U);
    EXPECT_EQ(vdev.vring(0).da, wire::kAddressAny);
}

TEST_F(ResourceTableEditorTest, SetsOnlyTheStatusByte) {
    editor.set_vdev_status(offset(1), 0x0f);
    Bytes expected = original;
    expected[offset(1) + 20] = std::byte{0x0f};
    EXPECT_EQ(table, expected);
}

TEST_F(ResourceTableEditorTest, WriteOutsideTheTableDoesNothing) {
    const std::uint64_t vdev = offset(1);
    for (const std::uint64_t at : {table.size() - 19, table.size(), table.size() + 1, std::size_t{0} - 1}) {
        editor.set_carveout(at, DeviceAddress(1), PhysicalAddress(1), 1);
        editor.set_vdev_status(at, 1);
    }
    editor.set_vring_address(table.size(), 0, DeviceAddress(1));
    editor.set_vring_notify_id(vdev, 2, 1);
    editor.set_vring_notify_id(vdev, 0xffffffff, 1);
    EXPECT_EQ(table, original);
}

TEST_F(ResourceTableEditorTest, RegressionVringOffsetDoesNotWrap) {
    for (const std::uint64_t at : {std::uint64_t{0} - 1, std::uint64_t{0} - 24}) {
        editor.set_vring_address(at, 0, DeviceAddress(0x55));
        editor.set_vring_notify_id(at, 1, 0x55);
    }
    EXPECT_EQ(table, original);
}

TEST(ResourceTableEditor, WritesWithoutATableDoNothing) {
    const ResourceTableEditor editor;
    editor.set_carveout(0, DeviceAddress(1), PhysicalAddress(1), 1);
    editor.set_vdev_status(0, 1);
    EXPECT_TRUE(editor.bytes().empty());
}

}  // namespace
}  // namespace rproc
