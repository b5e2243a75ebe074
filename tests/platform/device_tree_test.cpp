// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/device_tree.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/files.hpp"

namespace rproc::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string guest_path() { return RPROC_TEST_BOARD_DIR "/qemu-virt-m4.dtb"; }

DeviceTree guest_tree() {
    auto tree = DeviceTree::read(guest_path());
    EXPECT_TRUE(tree.has_value()) << tree.error().message();
    return *tree;
}

TEST(DeviceTree, FindsNodesByPathPhandleAndCompatible) {
    const DeviceTree tree = guest_tree();

    const auto all = tree.find_compatible("st,stm32mp1-m4");

    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all.front().name(), "m4");
    EXPECT_EQ(all.front().parent()->name(), "ahb");
    EXPECT_EQ(tree.find(all.front().path()), all.front());
    EXPECT_FALSE(tree.find("/soc/no-such-node"));
    EXPECT_FALSE(tree.find_phandle(0x7fffffff));
}

TEST(DeviceTree, ReadsRegWithTheCellsOfTheParent) {
    const DeviceTree tree = guest_tree();

    const auto retram = tree.find("/reserved-memory/retram@62000000");
    ASSERT_TRUE(retram);
    const auto reg = retram->reg();

    ASSERT_TRUE(reg.has_value());
    EXPECT_EQ(to_string(*reg), "0x62000000+0x10000");
}

TEST(DeviceTree, MissingAndMalformedPropertiesAreDifferentErrors) {
    const DeviceTree tree = guest_tree();
    const DeviceTreeNode root = tree.root();

    EXPECT_EQ(root.cells("no-such-property").error().code(), ErrorCode::dt_property_missing);
    EXPECT_EQ(root.cells("compatible").error().code(), ErrorCode::dt_property_malformed) << "16 characters and a zero";
    EXPECT_THAT(root.strings("compatible"), ElementsAre("linux,dummy-virt"));
    EXPECT_THAT(root.strings("no-such-property"), IsEmpty());
    EXPECT_THAT(root.strings("#address-cells"), IsEmpty()) << "does not end in a zero: not a string";
}

TEST(DeviceTree, NumberOfArgumentsIsThatOfTheTargetsCells) {
    const DeviceTree tree = guest_tree();
    const auto m4 = tree.find_compatible("st,stm32mp1-m4").front();

    const auto resets = tree.references(m4, "resets", "#reset-cells");
    const auto regions = tree.references(m4, "memory-region");

    ASSERT_TRUE(resets.has_value());
    ASSERT_THAT(*resets, SizeIs(1));
    EXPECT_THAT(resets->front().arguments, ElementsAre(0U));
    ASSERT_TRUE(regions.has_value());
    EXPECT_THAT(*regions, SizeIs(6));
    EXPECT_EQ(regions->front().node.name(), "retram");
}

TEST(DeviceTree, DanglingPhandleIsAnErrorWithItsPlace) {
    const DeviceTree tree = guest_tree();
    const auto m4 = tree.find_compatible("st,stm32mp1-m4").front();

    const auto wrong = tree.references(m4, "reg");  // 0x10000000 is no phandle

    ASSERT_FALSE(wrong.has_value());
    EXPECT_EQ(wrong.error().code(), ErrorCode::dt_property_malformed);
    EXPECT_THAT(wrong.error().where(), HasSubstr("property reg"));
}

TEST(DeviceTree, DisabledParentDisablesItsChildren) {
    const auto tree = DeviceTree::read(RPROC_TEST_BOARD_DIR "/m4-disabled.dtb");
    ASSERT_TRUE(tree.has_value());

    EXPECT_FALSE(tree->find_compatible("st,stm32mp1-m4").front().enabled());
    EXPECT_TRUE(guest_tree().find_compatible("st,stm32mp1-m4").front().enabled());
}

TEST(DeviceTree, EveryTruncationIsRefused) {
    const auto whole = test::read_bytes(guest_path());
    ASSERT_FALSE(whole.empty());

    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<std::byte> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto tree = DeviceTree::parse(part);
        ASSERT_FALSE(tree.has_value()) << size;
        EXPECT_EQ(tree.error().code(), ErrorCode::dtb_malformed);
    }
}

TEST(DeviceTree, DtsSourceInsteadOfABlobIsNamedInTheError) {
    const auto tree = DeviceTree::read(RPROC_TEST_DATA_DIR "/boards/qemu-virt-m4.dts");

    ASSERT_FALSE(tree.has_value());
    EXPECT_EQ(tree.error().code(), ErrorCode::dtb_malformed);
    EXPECT_THAT(tree.error().hint(), HasSubstr(".dtb"));
}

TEST(DeviceTree, MissingFileIsNamedInTheError) {
    const auto tree = DeviceTree::read("/no/such/board.dtb");

    ASSERT_FALSE(tree.has_value());
    EXPECT_EQ(tree.error().code(), ErrorCode::firmware_not_found);
    EXPECT_EQ(tree.error().where(), "/no/such/board.dtb");
}

// The check of libfdt walks backwards over such a property, in an endless loop.
TEST(DeviceTree, PropertyOfNegativeLengthIsRefused) {
    constexpr std::size_t kStructureAt = 8;  // offset of off_dt_struct
    const auto sound = test::read_bytes(guest_path());
    const auto cell = [](const std::vector<std::byte>& bytes, std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) value = value << 8U | std::to_integer<std::uint32_t>(bytes[at + i]);
        return value;
    };
    std::size_t property = cell(sound, kStructureAt);
    while (cell(sound, property) != 3) property += 4;  // FDT_PROP
    for (const std::uint32_t length : {0xffffffffU, 0xfffffff4U, 0xfffffff0U, 0x80000000U, 0x7fffffffU}) {
        auto spoilt = sound;
        for (std::size_t i = 0; i < 4; ++i) spoilt[property + 4 + i] = std::byte(length >> (24 - 8 * i));
        const auto tree = DeviceTree::parse(spoilt);
        ASSERT_FALSE(tree) << length;
        EXPECT_EQ(tree.error().code(), ErrorCode::dtb_malformed) << length;
    }
}

}  // namespace
}  // namespace rproc::platform
