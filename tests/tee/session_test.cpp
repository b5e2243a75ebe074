// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/session.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tee/secure_m4.hpp"

namespace rproc::tee {
namespace {

using test::outcome;
using ::testing::ElementsAre;

TEST(Session, CommandsReachTheTeeAndTheDestructorClosesTheSession) {
    const test::TeeBoard board;
    {
        auto session =
            Session<test::RecordingTee>::open(std::make_shared<Connection<test::RecordingTee>>(board.tee), 0);
        ASSERT_EQ(outcome(session), "ok");
        EXPECT_EQ(outcome(session->load_fw(test::signed_data("app.rsa2048.signed"))), "ok");
        const auto table = session->get_rsc_table();
        ASSERT_EQ(outcome(table), "ok");
        EXPECT_EQ(table->size, 140U);
        EXPECT_EQ(outcome(session->release_fw()), "ok");
    }
    EXPECT_THAT(board.tee->calls, ElementsAre("OPEN", "LOAD", "TABLE", "RELEASE", "CLOSE"));
}

TEST(Session, RefusedCommandIsAnError) {
    const test::TeeBoard board;
    auto session = Session<test::RecordingTee>::open(std::make_shared<Connection<test::RecordingTee>>(board.tee), 0);
    ASSERT_EQ(outcome(session), "ok");
    EXPECT_EQ(outcome(session->start_fw()), "tee-refused");
    EXPECT_THAT(board.tee->calls, ElementsAre("OPEN", "START!"));
}

}  // namespace
}  // namespace rproc::tee
