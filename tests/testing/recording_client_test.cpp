// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/testing/recording_client.hpp"

#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tee/secure_m4.hpp"

namespace rproc::testing {
namespace {

using ::testing::ElementsAre;

TEST(RecordingClient, ForwardsEveryCallAndRecordsIt) {
    const test::TeeBoard board;
    tee::Parameters parameters{tee::Parameter::value_input(0)};
    const auto opened = board.tee->open_session(tee::kRemoteprocUuid, parameters);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(board.tee->client().open_sessions(), 1U);
    const auto started =
        board.tee->invoke(opened->session, static_cast<std::uint32_t>(tee::Command::start_fw), parameters);
    EXPECT_NE(started, tee::ResultCode::success);
    board.tee->close_session(opened->session);
    EXPECT_EQ(board.tee->client().open_sessions(), 0U);
    EXPECT_THAT(board.tee->calls, ElementsAre("OPEN", "START!", "CLOSE"));
}

/// Answers every command without the TEE.
struct Refusal : NullRecorder {
    template <class Call>
    [[nodiscard]] static Result<tee::ResultCode> record_invoke(tee::Command /*command*/, Call /*call*/) {
        return tee::ResultCode::generic;
    }
};

TEST(RecordingClient, RecorderMayAnswerACall) {
    const test::TeeBoard board;
    RecordingClient<test::RecordingTee, Refusal> client(board.tee);
    tee::Parameters parameters{};
    EXPECT_EQ(client.invoke(tee::SessionId{1}, 1, parameters), tee::ResultCode::generic);
    EXPECT_TRUE(board.tee->calls.empty());
}

}  // namespace
}  // namespace rproc::testing
