// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/stm32mp15_config.hpp"

#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/platform/board.hpp"

namespace rproc::platform {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Result<Board> test_board(const std::string& name, std::string_view node = {}) {
    return read_board(std::string(RPROC_TEST_BOARD_DIR "/") + name + ".dtb", node);
}

TEST(Stm32mp15Config, ReadsEverythingOfTheDk2) {
    const auto board = embedded_board("stm32mp157c-dk2");
    ASSERT_TRUE(board.has_value());
    const Stm32mp15Config& config = board->config;

    EXPECT_EQ(config.name, "m4");
    EXPECT_EQ(config.node_path, "/ahb/m4@10000000");
    ASSERT_THAT(config.regions, SizeIs(6));
    EXPECT_EQ(config.regions[0].name, "retram");
    EXPECT_EQ(to_string(*config.regions[0].memory), "0x38000000+0x10000");
    EXPECT_EQ(config.dma_ranges.to_device(PhysicalAddress(0x38000000)), DeviceAddress(0));
    EXPECT_EQ(config.reset, (ResetLine{"/soc/rcc@50000000", 8225}));
    EXPECT_EQ(std::get<SysconField>(config.hold_boot), (SysconField{PhysicalAddress(0x50000000), 0x10c, 1}));
    EXPECT_EQ(config.trust_zone, (SysconField{PhysicalAddress(0x50000000), 0, 1}));
    EXPECT_EQ(config.m4_state, (SysconField{PhysicalAddress(0x5c00a000), 0x148, 0xffffffff}));
    EXPECT_EQ(config.resource_table, (SysconField{PhysicalAddress(0x5c00a000), 0x144, 0xffffffff}));
    EXPECT_EQ(config.pdds, (SysconField{PhysicalAddress(0x50001014), 0, 1}));
    EXPECT_TRUE(config.has_mailbox("vq0"));
    EXPECT_TRUE(config.has_mailbox("detach"));
    EXPECT_FALSE(config.has_mailbox("vq2"));
    EXPECT_THAT(config.watchdog, ElementsAre(68U, 1U));
    EXPECT_FALSE(config.auto_boot);
    EXPECT_FALSE(config.firmware_name);
}

TEST(Stm32mp15Config, ScmiFormHasHoldBootAsAResetLine) {
    const auto board = embedded_board("stm32mp157c-dk2-scmi");
    ASSERT_TRUE(board.has_value());

    EXPECT_EQ(std::get<ResetLine>(board->config.hold_boot), (ResetLine{"/firmware/scmi/protocol@16", 11}));
    EXPECT_EQ(board->config.reset, (ResetLine{"/firmware/scmi/protocol@16", 10}));
    EXPECT_FALSE(board->config.trust_zone);
}

TEST(Stm32mp15Config, AutoBootAndFirmwareName) {
    const auto board = test_board("m4-auto-boot");
    ASSERT_TRUE(board.has_value());

    EXPECT_TRUE(board->config.auto_boot);
    EXPECT_EQ(board->config.firmware_name, "auto.elf");
}

TEST(Stm32mp15Config, OptionalPropertiesMayBeMissing) {
    const auto board = test_board("m4-minimal");
    ASSERT_TRUE(board.has_value());

    EXPECT_THAT(board->config.mailboxes, IsEmpty());
    EXPECT_THAT(board->config.watchdog, IsEmpty());
    EXPECT_FALSE(board->config.pdds);
    EXPECT_FALSE(board->config.m4_state);
}

TEST(Stm32mp15Config, MissingDmaRangesIsReportedAsByTheKernel) {
    const auto board = test_board("m4-no-dma-ranges");

    ASSERT_FALSE(board.has_value());
    EXPECT_EQ(board.error().code(), ErrorCode::dt_property_missing);
    EXPECT_EQ(board.error().kernel_line(), "stm32_rproc_of_memory_translations: dma-ranges property not defined");
    EXPECT_THAT(board.error().hint(), HasSubstr("dma-ranges"));
}

TEST(Stm32mp15Config, RegionWithoutMemoryIsKeptForTheBootToRefuse) {
    const auto board = test_board("m4-missing-memory-region-node");
    ASSERT_TRUE(board.has_value());

    EXPECT_EQ(board->config.regions[1].name, "nothing");
    EXPECT_FALSE(board->config.regions[1].memory);
}

TEST(FindStm32mp15, DisabledMissingAndAmbiguousAreDifferentErrors) {
    EXPECT_EQ(test_board("m4-disabled").error().code(), ErrorCode::dt_node_disabled);
    EXPECT_EQ(test_board("no-m4").error().code(), ErrorCode::dt_node_missing);

    const auto two = test_board("two-m4-nodes");
    ASSERT_FALSE(two.has_value());
    EXPECT_EQ(two.error().code(), ErrorCode::dt_node_ambiguous);
    EXPECT_THAT(two.error().what(), HasSubstr("m4a"));
    EXPECT_THAT(two.error().what(), HasSubstr("m4b"));
}

TEST(FindStm32mp15, NodeIsChosenByNameOrPath) {
    const auto by_name = test_board("two-m4-nodes", "m4b");
    ASSERT_TRUE(by_name.has_value()) << by_name.error().message();
    EXPECT_EQ(by_name->config.name, "m4b");

    const auto by_path = test_board("two-m4-nodes", by_name->config.node_path);
    ASSERT_TRUE(by_path.has_value());
    EXPECT_EQ(by_path->config.name, "m4b");

    EXPECT_THAT(test_board("two-m4-nodes", "m4c").error().what(), HasSubstr("m4a"));
}

}  // namespace
}  // namespace rproc::platform
