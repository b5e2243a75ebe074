// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/survey.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/tee/device_client.hpp"
#include "support/ioctl_recorder.hpp"
#include "tee/secure_m4.hpp"

namespace rproc::tee {
namespace {

using test::outcome;

TEST(Survey, FindsEveryStateAndChangesNone) {
    const test::TeeBoard board;
    using State = SoftwareTee::ProcessorState;
    const SoftwareTee& software = board.tee->client();
    const auto state_seen = [&] { return survey(*board.tee, 0).value().state; };
    {
        auto session =
            Session<test::RecordingTee>::open(std::make_shared<Connection<test::RecordingTee>>(board.tee), 0).value();
        ASSERT_EQ(outcome(session.load_fw(test::signed_data("app.rsa2048.signed"))), "ok");
        const auto loaded = survey(*board.tee, 0).value();
        EXPECT_EQ(loaded.state, FirmwareState::loaded);
        ASSERT_TRUE(loaded.table);
        EXPECT_EQ(loaded.table->size, 140U);
        EXPECT_EQ(software.state(0), State::loaded);
        EXPECT_FALSE(software.is_clear(0));

        ASSERT_EQ(outcome(session.start_fw()), "ok");
        EXPECT_EQ(state_seen(), FirmwareState::started);
        EXPECT_EQ(software.state(0), State::started);

        ASSERT_EQ(outcome(session.stop_fw()), "ok");
        EXPECT_EQ(state_seen(), FirmwareState::off);
        EXPECT_EQ(software.state(0), State::off);
    }
    EXPECT_EQ(software.open_sessions(), 0U);
    EXPECT_EQ(software.registered_memories(), 0U);
}

TEST(Survey, AnIdWithoutASessionIsNotAskedForItsState) {
    const test::TeeBoard board;
    const auto unknown = survey(*board.tee, 5).value();
    EXPECT_EQ(unknown.opened, ResultCode::not_supported);
    EXPECT_EQ(unknown.state, FirmwareState::unknown);
    EXPECT_FALSE(unknown.table);
    EXPECT_THAT(board.tee->calls, ::testing::ElementsAre("OPEN!"));
}

/// A client of a TEE whose application gives one answer to all commands.
FirmwareState state_for_answer(std::uint32_t answer) {
    test::TeeDriver driver;
    driver.application = [answer](std::uint32_t, std::span<tee_ioctl_param>) { return answer; };
    auto client = BasicDeviceClient<test::RecorderOs>::open(test::RecorderOs(driver)).value();
    const auto found = survey(client, 0).value();
    EXPECT_EQ(driver.sessions(), 0U);
    EXPECT_EQ(driver.memories(), 0U);
    return found.state;
}

TEST(Survey, AnAnswerOfNoStateIsUnknown) {
    EXPECT_EQ(state_for_answer(0xffff0006), FirmwareState::never_loaded);
    EXPECT_EQ(state_for_answer(0xffff0007), FirmwareState::off);
    EXPECT_EQ(state_for_answer(0xffff3024), FirmwareState::unknown);
}

TEST(Survey, AFailedCommandIsAnErrorAndTheSessionIsClosed) {
    test::TeeDriver driver;
    auto client = BasicDeviceClient<test::RecorderOs>::open(test::RecorderOs(driver)).value();
    driver.fail_call(driver.calls() + 2, std::errc::io_error);
    EXPECT_EQ(outcome(survey(client, 0)), "tee-unreachable");
    EXPECT_EQ(driver.sessions(), 0U);
}

TEST(Survey, StatesHaveNames) {
    EXPECT_EQ(to_string(FirmwareState::never_loaded), "never loaded");
    EXPECT_EQ(to_string(FirmwareState::off), "off");
    EXPECT_EQ(to_string(FirmwareState::loaded), "loaded");
    EXPECT_EQ(to_string(FirmwareState::started), "started");
    EXPECT_EQ(to_string(FirmwareState::unknown), "unknown");
}

}  // namespace
}  // namespace rproc::tee
