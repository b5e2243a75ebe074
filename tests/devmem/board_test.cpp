// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/board.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "devmem/fake_os.hpp"
#include "rproc/platform/board.hpp"
#include "support/elf_builder.hpp"

namespace rproc::devmem::test {
namespace {

using rproc::test::ElfImage;

platform::DeviceTree tree_of(const std::string& name) {
    return platform::DeviceTree::read(std::string(RPROC_TEST_BOARD_DIR) + "/" + name + ".dtb").value();
}

TEST(BoardLayout, OfAPlainResetAndNoMailbox) {
    const auto tree = tree_of("qemu-virt-m4");
    const auto layout = read_layout(tree, platform::board_from(tree, "virt")->config);
    ASSERT_TRUE(layout) << layout.error().message();
    EXPECT_EQ(layout->reserved.size(), 6U);
    ASSERT_EQ(layout->resets.size(), 1U);
    EXPECT_EQ(layout->resets[0].kind, ResetController::Kind::level);
    EXPECT_EQ(layout->resets[0].registers, range(0x63001000, 0x1000));
    EXPECT_FALSE(layout->ipcc);
}

TEST(BoardLayout, AControllerThatIsNotInTheTreeIsRefused) {
    const auto tree = tree_of("qemu-virt-m4");
    auto config = platform::board_from(tree, "virt")->config;
    config.mailboxes = {{"vq0", "/soc", {0}}};
    EXPECT_EQ(read_layout(tree, config).error().code(), ErrorCode::mailbox_unsupported);
    config.reset = {"/firmware/scmi", 0};
    EXPECT_EQ(read_layout(tree, config).error().code(), ErrorCode::reset_unsupported);
    config.tee = platform::Stm32mp15Config::TeeReference{"", 0};  // the TEE has the reset
    config.mailboxes.clear();
    EXPECT_TRUE(read_layout(tree, config));
}

/// The M4 of a small machine: 8 KiB of memory at 0x4000, registers at 0x8000 and 0x9000.
platform::Stm32mp15Config small_config() {
    platform::Stm32mp15Config config;
    config.regions = {{"mcuram", range(0x4000, 0x2000)}};
    static_cast<void>(config.dma_ranges.add(DeviceAddress(0), PhysicalAddress(0x4000), 0x2000));
    config.reset = {"/rcc", 8225};
    config.hold_boot = platform::SysconField{PhysicalAddress(0x8000), 0x10c, 1};
    config.trust_zone = platform::SysconField{PhysicalAddress(0x8000), 0, 1};
    config.m4_state = platform::SysconField{PhysicalAddress(0x9000), 0x148, 0xffffffff};
    return config;
}

struct BoardTest : ::testing::Test {
    Result<BasicBoard<FakeOs>> open() {
        return open_board(small_config(), layout, *MemoryDevice<FakeOs>::open({}, os));
    }
    FakeOs os;
    BoardLayout layout{
        {range(0x4000, 0x2000)}, {{"/rcc", ResetController::Kind::set_and_clear, range(0x8000, 0x1000)}}, {}};
};

TEST_F(BoardTest, BootsIntoPhysicalMemoryAndWritesTheRegistersInTheDriversOrder) {
    ElfImage image;
    image.segments = {{.paddr = 0x101, .data = rproc::test::pattern(0x33), .memsz = 0x40}};
    const auto bytes = image.build();
    std::ranges::fill(os.state->bytes.begin() + 0x4000, os.state->bytes.begin() + 0x4200, std::byte{0xee});
    RemoteProcessor<elf::Backend, BasicBoard<FakeOs>> m4({}, *open());
    ASSERT_TRUE(m4.set_firmware(FirmwareSource(Firmware("app.elf", bytes))));
    const auto booted = m4.boot();
    ASSERT_TRUE(booted) << booted.error().message();

    const auto memory = std::span(os.state->bytes).subspan(0x4101);
    EXPECT_TRUE(std::ranges::equal(memory.first(0x33), rproc::test::pattern(0x33)));
    EXPECT_TRUE(std::ranges::all_of(memory.subspan(0x33, 0xd), [](std::byte b) { return b == std::byte{0}; }));
    EXPECT_EQ(memory[0x40], std::byte{0xee});
    using Accesses = std::vector<FakeOs::Access>;
    EXPECT_EQ(os.writes(), (Accesses{{'w', 0x810c, 1}, {'w', 0x810c, 0}}));
    os.state->accesses.clear();
    ASSERT_TRUE(m4.shutdown());
    EXPECT_EQ(os.writes(), (Accesses{{'w', 0x810c, 0}, {'w', 0x8404, 2}, {'w', 0x9148, 0}}));
}

TEST_F(BoardTest, ACoreOfTheSecureWorldIsNotStarted) {
    os.set_word(0x8000, 1);
    RemoteProcessor<elf::Backend, BasicBoard<FakeOs>> m4({}, *open());
    ElfImage image;
    image.segments = {{.paddr = 0, .data = rproc::test::pattern(0x10)}};
    ASSERT_TRUE(m4.set_firmware(FirmwareSource(Firmware("app.elf", image.build()))));
    const auto booted = m4.boot();
    ASSERT_FALSE(booted);
    EXPECT_EQ(booted.error().code(), ErrorCode::register_secured);
    EXPECT_EQ(os.word(0x810c), 0U);
}

TEST_F(BoardTest, AccessIsCheckedWithoutAChange) {
    auto board = open();
    ASSERT_TRUE(board);
    EXPECT_TRUE(check_access(*board));
    EXPECT_EQ(board->memory().mapped(), 0U);
    EXPECT_TRUE(os.writes().empty());
    os.set_word(0x8000, 1);
    EXPECT_EQ(check_access(*board).error().code(), ErrorCode::register_secured);
    os.state->map_error = std::errc::operation_not_permitted;
    EXPECT_EQ(check_access(*board).error().code(), ErrorCode::devmem_strict);
    EXPECT_TRUE(os.writes().empty());
}

TEST_F(BoardTest, AResetThatCannotBeDrivenIsFoundBeforeTheBoot) {
    layout.resets.clear();
    auto board = open();
    ASSERT_TRUE(board);
    EXPECT_EQ(check_access(*board).error().code(), ErrorCode::reset_unsupported);
    EXPECT_TRUE(os.writes().empty());
}

TEST_F(BoardTest, AMailboxThatIsOffIsFoundBeforeTheBoot) {
    layout.ipcc = IpccLayout{"/ipcc", range(0xa000, 0x400), 0, {{"vq0", 0}}};
    EXPECT_EQ(open().error().code(), ErrorCode::mailbox_off);
}

}  // namespace
}  // namespace rproc::devmem::test
