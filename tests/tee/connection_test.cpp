// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/connection.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tee/secure_m4.hpp"

namespace rproc::tee {
namespace {

using test::outcome;

TEST(Connection, EachProcessorHasOneSessionAtATime) {
    const test::TeeBoard board;
    Connection connection(board.tee);
    EXPECT_EQ(outcome(connection.open(0)), "ok");
    EXPECT_EQ(outcome(connection.open(0)), "tee-id-taken");
    connection.close(0);
    EXPECT_EQ(outcome(connection.open(0)), "ok");
}

TEST(Connection, DisconnectClosesTheSessionsAndRefusesLaterCalls) {
    const test::TeeBoard board;
    Connection connection(board.tee);
    ASSERT_EQ(outcome(connection.open(0)), "ok");
    connection.disconnect();
    EXPECT_EQ(board.tee->client().open_sessions(), 0U);
    Parameters parameters{Parameter::value_input(0)};
    EXPECT_EQ(outcome(connection.invoke(0, Command::start_fw, parameters)), "tee-gone");
    EXPECT_EQ(outcome(connection.open(0)), "tee-gone");
}

TEST(Connection, SessionEndsWithTheDeathOfTheApplication) {
    const test::TeeBoard board;
    Connection connection(board.tee);
    ASSERT_EQ(outcome(connection.open(0)), "ok");
    board.tee->client().die();
    board.tee->calls.clear();
    Parameters parameters{Parameter::value_input(0)};
    EXPECT_EQ(connection.invoke(0, Command::stop_fw, parameters).value(), ResultCode::target_dead);
    EXPECT_EQ(board.tee->client().open_sessions(), 0U);
    EXPECT_EQ(connection.invoke(0, Command::stop_fw, parameters).value(), ResultCode::bad_parameters);
    EXPECT_THAT(board.tee->calls, ::testing::ElementsAre("STOP!", "CLOSE", "OPEN", "STOP!"));
    connection.close(0);
    EXPECT_EQ(board.tee->client().open_sessions(), 0U);
}

TEST(Connection, ClosesNoSessionThatEndedWithTheApplication) {
    const test::TeeBoard board;
    {
        Connection connection(board.tee);
        ASSERT_EQ(outcome(connection.open(0)), "ok");
        board.tee->client().die();
        Parameters parameters{Parameter::value_input(0)};
        EXPECT_EQ(connection.invoke(0, Command::stop_fw, parameters).value(), ResultCode::target_dead);
    }
    EXPECT_EQ(std::ranges::count(board.tee->calls, "CLOSE"), 1);
}

}  // namespace
}  // namespace rproc::tee
