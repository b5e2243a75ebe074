// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/tee_context.hpp"

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tee/secure_m4.hpp"

namespace rproc {
namespace {

using test::outcome;
using test::RecordedM4;
using test::Recorder;
using test::RecordingTee;
using test::signed_firmware;
using test::TeeBoard;
using ::testing::Contains;
using ::testing::HasSubstr;

TEST(TeeContext, DefersUntilATeeIsProvided) {
    TeeBoard board;
    tee::TeeContext<RecordingTee> context;
    const auto deferred = context.register_processor(0);
    EXPECT_EQ(outcome(deferred), "tee-not-ready");
    EXPECT_EQ(deferred.error().kernel_result(), -517);
    context.provide(board.tee);
    EXPECT_EQ(outcome(context.register_processor(0)), "ok");
}

TEST(TeeContext, RefusesAnIdUnknownToTheTee) {
    TeeBoard board;
    tee::TeeContext<RecordingTee> context(board.tee);
    const auto refused = context.register_processor(5);
    ASSERT_EQ(outcome(refused), "tee-session-refused");
    EXPECT_EQ(refused.error().where(), "remote processor 5 of the TEE");
    EXPECT_THAT(refused.error().what(), HasSubstr("TEE_ERROR_NOT_SUPPORTED (0xffff000a)"));
    EXPECT_EQ(refused.error().kernel_line(), "tee_client_open_session failed, err: 0xffff000a");
}

TEST(TeeContext, RefusesARegisteredIdUntilItsBackendIsDestroyed) {
    TeeBoard board;
    tee::TeeContext<RecordingTee> context(board.tee);
    auto first = context.register_processor(0);
    ASSERT_EQ(outcome(first), "ok");
    EXPECT_EQ(outcome(context.register_processor(0)), "tee-id-taken");
    first = fail({});  // destroys the backend
    EXPECT_EQ(board.tee->client().open_sessions(), 0U);
    EXPECT_EQ(outcome(context.register_processor(0)), "ok");
}

TEST(TeeContext, ClosesEachSessionOnce) {
    TeeBoard board;
    {
        tee::TeeContext<RecordingTee> context(board.tee);
        auto backend = context.register_processor(0);
        tee::Backend<RecordingTee> moved(*std::move(backend));
        EXPECT_EQ(board.tee->client().open_sessions(), 1U);
    }
    EXPECT_EQ(std::ranges::count(board.tee->calls, "CLOSE"), 1);
    EXPECT_EQ(board.tee->client().open_sessions(), 0U);
}

class Removal : public ::testing::Test {
  protected:
    TeeBoard board;
    Recorder recorder;
    std::optional<tee::TeeContext<RecordingTee>> context{std::in_place, board.tee};
    RecordedM4<> m4{*context->register_processor(0), board.platform(), ObserverRef(recorder)};
};

TEST_F(Removal, FailsTheNextBootWithEnodev) {
    ASSERT_EQ(outcome(m4.set_firmware(signed_firmware())), "ok");
    context->remove();
    EXPECT_EQ(board.tee->client().open_sessions(), 0U);
    const auto booted = m4.boot();
    EXPECT_EQ(outcome(booted), "tee-gone");
    EXPECT_EQ(booted.error().kernel_result(), -19);
    EXPECT_EQ(m4.state(), State::offline);
}

TEST_F(Removal, KeepsARunningProcessorUntilItIsDestroyed) {
    ASSERT_EQ(outcome(m4.set_firmware(signed_firmware())), "ok");
    ASSERT_EQ(outcome(m4.boot()), "ok");
    context->remove();
    EXPECT_EQ(outcome(m4.shutdown()), "tee-gone");
    EXPECT_EQ(m4.state(), State::running);
    EXPECT_EQ(outcome(m4.handle_crash(CrashType::watchdog)), "tee-gone");
}

TEST_F(Removal, OfTheContextLeavesBackendsUsable) {
    ASSERT_EQ(outcome(m4.set_firmware(signed_firmware())), "ok");
    context.reset();
    EXPECT_EQ(outcome(m4.boot()), "ok");
    EXPECT_EQ(outcome(m4.shutdown()), "ok");
}

TEST_F(Removal, IsPermanentForRegisteredBackends) {
    ASSERT_EQ(outcome(m4.set_firmware(signed_firmware())), "ok");
    TeeBoard another;
    context->provide(another.tee);
    EXPECT_EQ(outcome(m4.boot()), "tee-gone");
    EXPECT_EQ(outcome(context->register_processor(0)), "ok");
}

// Four remote processors of one TEE, each used by two threads; afterwards all are off and no session is open.
TEST(TeeContextThreads, ServeSeveralProcessorsAtOnce) {
    constexpr std::uint32_t kProcessors = 4;
    constexpr int kRounds = 20;
    std::array<ModelMemory, kProcessors> memories;
    auto software = std::make_shared<tee::SoftwareTee>(test::trusting("p256"));
    for (std::uint32_t id = 0; id < kProcessors; ++id)
        ASSERT_EQ(outcome(software->add_processor(id, test::kM4Memories, memories[id])), "ok");
    tee::TeeContext<tee::SoftwareTee> context(software);
    const auto config = platform::embedded_board("stm32mp157c-dk2-tee")->config;

    using Processor = RemoteProcessor<tee::Backend<tee::SoftwareTee>, platform::ModelStm32mp15>;
    std::vector<std::unique_ptr<Processor>> processors;
    for (std::uint32_t id = 0; id < kProcessors; ++id) {
        processors.push_back(std::make_unique<Processor>(*context.register_processor(id),
                                                         platform::ModelStm32mp15(config, {}, memories[id])));
        ASSERT_EQ(outcome(processors.back()->set_firmware(signed_firmware("app.p256.signed"))), "ok");
    }
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < 2 * kProcessors; ++i) {
        threads.emplace_back([&processor = *processors[i % kProcessors]] {
            for (int round = 0; round < kRounds; ++round) {
                EXPECT_EQ(outcome(processor.boot()), "ok");
                EXPECT_EQ(outcome(processor.handle_crash(CrashType::watchdog)), "ok");
                EXPECT_EQ(outcome(processor.shutdown()), "ok");
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::uint32_t id = 0; id < kProcessors; ++id) {
        EXPECT_EQ(software->state(id), tee::SoftwareTee::ProcessorState::off);
        EXPECT_TRUE(software->is_clear(id));
    }
    EXPECT_EQ(software->registered_memories(), 0U);
    processors.clear();
    EXPECT_EQ(software->open_sessions(), 0U);
}

}  // namespace
}  // namespace rproc
