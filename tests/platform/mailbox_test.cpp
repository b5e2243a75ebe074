// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/mailbox.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc::platform {
namespace {

using namespace std::chrono_literals;
using test::outcome;

TEST(ModelMailbox, LostAcknowledgementTimesOutOnlyForAWaitingSender) {
    ModelMailbox mailbox;
    mailbox.lose_acknowledgements("shutdown");
    EXPECT_EQ(outcome(mailbox.send("shutdown", "stop", 500ms)), "mailbox-timeout");
    EXPECT_EQ(outcome(mailbox.send("shutdown", "stop", 0ms)), "ok");
    EXPECT_EQ(outcome(mailbox.send("vq0", "kick", 500ms)), "ok");
    EXPECT_EQ(mailbox.sent().size(), 3U);
}

TEST(ModelMailbox, SignalOfTheFirmwareReachesTheReceiverOfEveryCopy) {
    ModelMailbox mailbox;
    const ModelMailbox copy = mailbox;
    std::string channel;
    mailbox.set_receiver([&](std::string_view from) { channel = from; });
    copy.receive("vq1");
    EXPECT_EQ(channel, "vq1");
}

TEST(VqOf, IsTheNotifyIdOfAVringChannel) {
    EXPECT_EQ(vq_of("vq0"), 0U);
    EXPECT_EQ(vq_of("vq1"), 1U);
    EXPECT_EQ(vq_of("shutdown"), std::nullopt);
}

}  // namespace
}  // namespace rproc::platform
