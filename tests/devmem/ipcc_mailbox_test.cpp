// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/ipcc_mailbox.hpp"

#include <gtest/gtest.h>

#include "devmem/fake_os.hpp"

namespace rproc::devmem::test {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

constexpr std::uint64_t kIpcc = 0x4000;

/// An IPCC in the fake machine: ones written to C1SCR and C2SCR move the flags.
struct IpccTest : ::testing::Test {
    IpccTest() {
        os.set_word(kIpcc + 0x3f0, 6);
        os.state->on_store = [os = os](std::uint64_t address, std::uint32_t value) {
            const bool first = address == kIpcc + 0x8;
            if (!first && address != kIpcc + 0x18) return false;
            const std::uint64_t to = kIpcc + (first ? 0xc : 0x1c);
            const std::uint64_t from = kIpcc + (first ? 0x1c : 0xc);
            os.set_word(to, os.word(to) | value >> 16U);
            os.set_word(from, os.word(from) & ~(value & 0xffffU));
            return true;
        };
    }
    ~IpccTest() override { os.state->on_store = nullptr; }  // it owns the state that owns it

    Result<BasicIpccMailbox<FakeOs>> open(std::uint32_t side = 0) {
        return BasicIpccMailbox<FakeOs>::open(device, {"/soc/ipcc", range(kIpcc, 0x400), side, channels});
    }
    /// The firmware clears the flag that Linux has set.
    void acknowledge(unsigned channel) const { os.state->on_store(kIpcc + 0x18, 1U << channel); }
    void signal(unsigned channel) const { os.state->on_store(kIpcc + 0x18, 0x10000U << channel); }

    FakeOs os;
    MemoryDevice<FakeOs> device = *MemoryDevice<FakeOs>::open({}, os);
    std::vector<IpccLayout::Channel> channels{{"vq0", 0}, {"vq1", 1}, {"shutdown", 2}};
};

TEST_F(IpccTest, AKickSetsTheFlagAndDoesNotWait) {
    auto mailbox = *open();
    ASSERT_TRUE(mailbox.send("vq1", "kick", 0ms));
    EXPECT_EQ(os.word(kIpcc + 0xc), 2U);
    ASSERT_TRUE(mailbox.send("vq1", "kick", 0ms));  // still one signal
    EXPECT_EQ(os.word(kIpcc + 0xc), 2U);
    EXPECT_EQ(os.state->naps, 0);
}

TEST_F(IpccTest, WaitsUntilTheFirmwareHasClearedTheFlag) {
    auto mailbox = *open();
    os.state->on_sleep = [this] {
        if (os.state->naps == 3) acknowledge(2);
    };
    EXPECT_TRUE(mailbox.send("shutdown", "stop", 500ms));
    EXPECT_EQ(os.state->naps, 3);
}

TEST_F(IpccTest, AFirmwareThatDoesNotClearItTimesOut) {
    auto mailbox = *open();
    const auto sent = mailbox.send("shutdown", "stop", 5ms);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code(), ErrorCode::mailbox_timeout);
    EXPECT_EQ(sent.error().place(), Place(place::Mailbox{"shutdown"}));
    EXPECT_EQ(os.state->naps, 5);
}

TEST_F(IpccTest, SignalsOfTheFirmwareAreTakenOnce) {
    auto mailbox = *open();
    signal(0);
    signal(1);
    EXPECT_EQ(mailbox.receive(), (Strings{"vq0", "vq1"}));
    EXPECT_EQ(os.word(kIpcc + 0x1c), 0U);
    EXPECT_TRUE(mailbox.receive().empty());
}

// Both ends on one model: what one sends, the other receives.
TEST_F(IpccTest, TheOtherSideHasTheOtherRegisters) {
    auto linux_side = *open(0);
    auto firmware = *open(1);
    ASSERT_TRUE(linux_side.send("vq0", "kick", 0ms));
    EXPECT_EQ(firmware.receive(), Strings{"vq0"});
    ASSERT_TRUE(firmware.send("vq1", "kick", 0ms));
    EXPECT_EQ(linux_side.receive(), Strings{"vq1"});
}

TEST_F(IpccTest, InterruptsAreLetThroughForItsChannelsAlone) {
    os.set_word(kIpcc + 0x4, 0x3f003f);
    auto mailbox = *open();
    mailbox.enable_interrupts();
    EXPECT_EQ(os.word(kIpcc + 0x4), 0x3f0038U);
    EXPECT_EQ(os.word(kIpcc), 1U);
}

TEST_F(IpccTest, WhatCannotBeUsedIsRefused) {
    EXPECT_EQ(BasicIpccMailbox<FakeOs>().send("vq0", "kick", 0ms).error().code(), ErrorCode::mailbox_failed);
    EXPECT_TRUE(BasicIpccMailbox<FakeOs>().receive().empty());
    EXPECT_EQ(open()->send("detach", "stop", 0ms).error().code(), ErrorCode::mailbox_failed);
    EXPECT_EQ(open(2).error().code(), ErrorCode::mailbox_failed);
    channels.push_back({"detach", 6});
    EXPECT_EQ(open().error().code(), ErrorCode::mailbox_failed);
    os.set_word(kIpcc + 0x3f0, 0);
    EXPECT_EQ(open().error().code(), ErrorCode::mailbox_off);
}

}  // namespace
}  // namespace rproc::devmem::test
