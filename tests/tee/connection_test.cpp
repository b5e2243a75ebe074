// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/connection.hpp"

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
    const auto session = connection.open(0);
    ASSERT_EQ(outcome(session), "ok");
    connection.disconnect();
    EXPECT_EQ(board.tee->client().open_sessions(), 0U);
    Parameters parameters{Parameter::value_input(0)};
    EXPECT_EQ(outcome(connection.invoke(*session, Command::start_fw, parameters)), "tee-gone");
    EXPECT_EQ(outcome(connection.open(0)), "tee-gone");
}

}  // namespace
}  // namespace rproc::tee
