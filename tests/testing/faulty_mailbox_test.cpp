// SPDX-License-Identifier: BSD-2-Clause
// A FaultyMailbox loses the chosen message or its acknowledgement.
#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/testing/faulty_mailbox.hpp"
#include "testing/wrapper_test.hpp"

namespace rproc::testing {
namespace {

using test::second_fails;
using ::testing::ElementsAre;

using FaultyMailboxTest = test::WrapperTest;

TEST_F(FaultyMailboxTest, MessageOrItsAcknowledgementIsLost) {
    const platform::ModelMailbox model;
    FaultyMailbox mailbox(model, faults);
    const auto send = [&] { return mailbox.send("vq0", "kick", std::chrono::milliseconds(0)); };
    const auto ask = [&] { return mailbox.send("shutdown", "stop", std::chrono::milliseconds(500)); };
    const auto second_message = ElementsAre("ok", "mailbox-failed", "ok");
    EXPECT_THAT(second_fails(faults, "mailbox.send", send), second_message);
    EXPECT_EQ(model.sent().size(), 2U);
    EXPECT_THAT(second_fails(faults, "mailbox.send", send, FaultKind::late), second_message);
    EXPECT_EQ(model.sent().size(), 5U);
    EXPECT_THAT(second_fails(faults, "mailbox.send", ask), second_message);
    EXPECT_EQ(model.sent().size(), 7U);
    EXPECT_THAT(second_fails(faults, "mailbox.send", ask, FaultKind::late), ElementsAre("ok", "mailbox-timeout", "ok"));
    EXPECT_EQ(model.sent().size(), 10U);
}

}  // namespace
}  // namespace rproc::testing
