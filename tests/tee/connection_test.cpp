// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/connection.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

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

// Two remote processors of a TEE that serves one session.

class SharedSession : public ::testing::Test {
  protected:
    void SetUp() override {
        for (std::uint32_t id = 0; id < 2; ++id)
            ASSERT_EQ(outcome(software->add_processor(id, test::kM4Memories, memories[id])), "ok");
    }
    Parameters parameters{Parameter::value_input(0)};
    std::array<ModelMemory, 2> memories;
    std::shared_ptr<SoftwareTee> software =
        std::make_shared<SoftwareTee>(test::trusting("p256"), SoftwareTee::Sessions::one);
    std::shared_ptr<test::RecordingTee> tee = std::make_shared<test::RecordingTee>(software);

    [[nodiscard]] std::ptrdiff_t closed() const { return std::ranges::count(tee->calls, "CLOSE"); }
    [[nodiscard]] bool is_open() const { return software->open_sessions() == 1; }
};

TEST_F(SharedSession, IsClosedWithItsLastProcessor) {
    Connection connection(tee);
    ASSERT_EQ(outcome(connection.open(0)), "ok");
    ASSERT_EQ(outcome(connection.open(1)), "ok");
    EXPECT_EQ(software->open_sessions(), 1U);
    EXPECT_EQ(outcome(connection.open(1)), "tee-id-taken");
    connection.close(0);
    EXPECT_TRUE(is_open());
    EXPECT_EQ(outcome(connection.invoke(1, Command::release_fw, parameters)), "ok");
    EXPECT_EQ(outcome(connection.open(0)), "ok");
    connection.close(1);
    EXPECT_TRUE(is_open());
    connection.close(0);
    EXPECT_FALSE(is_open());
    EXPECT_EQ(closed(), 1);
}

TEST_F(SharedSession, IsClosedOnceWhenTheTeeIsRemoved) {
    Connection connection(tee);
    ASSERT_EQ(outcome(connection.open(0)), "ok");
    ASSERT_EQ(outcome(connection.open(1)), "ok");
    connection.disconnect();
    EXPECT_EQ(closed(), 1);
    EXPECT_FALSE(is_open());
}

TEST_F(SharedSession, OfAnotherClientIsAnErrorThatSaysHowToFindIt) {
    Connection theirs(tee);
    ASSERT_EQ(outcome(theirs.open(0)), "ok");
    Connection ours(tee);
    const auto busy = ours.open(1);
    ASSERT_EQ(outcome(busy), "tee-busy");
    EXPECT_EQ(busy.error().where(), "remote processor 1 of the TEE");
    EXPECT_THAT(busy.error().what(), ::testing::HasSubstr("another session holds OP-TEE's application"));
    EXPECT_THAT(busy.error().hint(), ::testing::HasSubstr("fuser -v /dev/tee0"));
    EXPECT_EQ(busy.error().kernel_line(), "tee_client_open_session failed, err: 0xffff000d");
    theirs.close(0);
    EXPECT_EQ(outcome(ours.open(1)), "ok");
}

TEST_F(SharedSession, TellsEveryProcessorOnceOfTheDeathOfTheApplication) {
    Connection connection(tee);
    ASSERT_EQ(outcome(connection.open(0)), "ok");
    ASSERT_EQ(outcome(connection.open(1)), "ok");
    software->die();
    EXPECT_EQ(connection.invoke(0, Command::stop_fw, parameters).value(), ResultCode::target_dead);
    EXPECT_EQ(closed(), 1);
    EXPECT_EQ(connection.invoke(0, Command::stop_fw, parameters).value(), ResultCode::bad_parameters);
    Parameters of_second{Parameter::value_input(1)};
    EXPECT_EQ(connection.invoke(1, Command::stop_fw, of_second).value(), ResultCode::target_dead);
    EXPECT_EQ(connection.invoke(1, Command::stop_fw, of_second).value(), ResultCode::bad_parameters);
    connection.disconnect();
    EXPECT_EQ(closed(), 2);
    EXPECT_EQ(software->open_sessions(), 0U);
}

// Each of two threads boots, crashes and stops its own processor.
TEST_F(SharedSession, ServesTwoThreads) {
    constexpr int kRounds = 20;
    TeeContext<SoftwareTee> context(software);
    const auto config = platform::embedded_board("stm32mp157c-dk2-tee")->config;
    using Processor = RemoteProcessor<Backend<SoftwareTee>, platform::ModelStm32mp15>;
    std::vector<std::unique_ptr<Processor>> processors;
    for (std::uint32_t id = 0; id < 2; ++id) {
        auto backend = context.register_processor(id);
        ASSERT_EQ(outcome(backend), "ok");
        processors.push_back(
            std::make_unique<Processor>(*std::move(backend), platform::ModelStm32mp15(config, {}, memories[id])));
        ASSERT_EQ(outcome(processors.back()->set_firmware(test::signed_firmware("app.p256.signed"))), "ok");
    }
    std::vector<std::thread> threads;
    for (const auto& processor : processors) {
        threads.emplace_back([&processor = *processor] {
            for (int round = 0; round < kRounds; ++round) {
                EXPECT_EQ(outcome(processor.boot()), "ok");
                EXPECT_EQ(outcome(processor.handle_crash(CrashType::watchdog)), "ok");
                EXPECT_EQ(outcome(processor.shutdown()), "ok");
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::uint32_t id = 0; id < 2; ++id) {
        EXPECT_EQ(software->state(id), SoftwareTee::ProcessorState::off);
        EXPECT_TRUE(software->is_clear(id));
    }
    processors.pop_back();
    EXPECT_TRUE(is_open());
    processors.clear();
    EXPECT_EQ(software->open_sessions(), 0U);
    EXPECT_EQ(software->registered_memories(), 0U);
}

}  // namespace
}  // namespace rproc::tee
