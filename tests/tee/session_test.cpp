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

/// A session with a processor of a TEE, and the calls that it makes.
class BringToOff : public ::testing::Test {
  protected:
    void load() { ASSERT_EQ(outcome(session->load_fw(test::signed_data("app.rsa2048.signed"))), "ok"); }
    void start() {
        load();
        ASSERT_EQ(outcome(session->start_fw()), "ok");
    }
    [[nodiscard]] SoftwareTee::ProcessorState state() const { return board.tee->client().state(0); }

    using State = SoftwareTee::ProcessorState;
    test::TeeBoard board;
    Result<Session<test::RecordingTee>> session =
        Session<test::RecordingTee>::open(std::make_shared<Connection<test::RecordingTee>>(board.tee), 0);
};

TEST_F(BringToOff, OfAProcessorThatTheApplicationDoesNotKnowIsNoError) {
    EXPECT_EQ(session->bring_to_off(RunningProcessor::refuse).value(), ProcessorEntry::absent);
    EXPECT_THAT(board.tee->calls, ElementsAre("OPEN", "RELEASE!"));
}

TEST_F(BringToOff, ReleasesALoadedImage) {
    load();
    EXPECT_EQ(session->bring_to_off(RunningProcessor::refuse).value(), ProcessorEntry::present);
    EXPECT_EQ(state(), State::off);
    EXPECT_TRUE(board.tee->client().is_clear(0));
    EXPECT_EQ(session->bring_to_off(RunningProcessor::refuse).value(), ProcessorEntry::present);  // OFF already
}

TEST_F(BringToOff, LeavesARunningProcessorAloneUnlessItMayStopIt) {
    start();
    const auto refused = session->bring_to_off(RunningProcessor::refuse);
    ASSERT_EQ(outcome(refused), "tee-processor-running");
    EXPECT_EQ(refused.error().where(), "remote processor 0 of the TEE");
    EXPECT_EQ(refused.error().errno_value(), 16);
    EXPECT_THAT(refused.error().hint(), ::testing::HasSubstr("rproc boot --take-over"));
    EXPECT_EQ(state(), State::started);
    board.tee->calls.clear();
    EXPECT_EQ(session->bring_to_off(RunningProcessor::take_over).value(), ProcessorEntry::present);
    EXPECT_THAT(board.tee->calls, ElementsAre("RELEASE!", "STOP", "RELEASE"));
    EXPECT_EQ(state(), State::off);
    EXPECT_TRUE(board.tee->client().is_clear(0));
}

TEST_F(BringToOff, DeathOfTheApplicationNamesTheConsole) {
    start();
    board.tee->client().die();
    const auto died = session->stop_fw();
    ASSERT_EQ(outcome(died), "tee-application-died");
    EXPECT_THAT(died.error().what(), ::testing::HasSubstr("TEE_ERROR_TARGET_DEAD (0xffff3024)"));
    EXPECT_THAT(died.error().hint(), ::testing::HasSubstr("OP-TEE's console: a line that begins with E/TC"));
    EXPECT_EQ(died.error().kernel_line(), "TA_RPROC_CMD_STOP invoke failed TEE err: 0xffff3024, ret:0");
    EXPECT_EQ(session->stop_if_known().value(), ProcessorEntry::absent);
    EXPECT_EQ(session->bring_to_off(RunningProcessor::refuse).value(), ProcessorEntry::absent);
}

}  // namespace
}  // namespace rproc::tee
