// SPDX-License-Identifier: BSD-2-Clause
// The states of a processor in the software TEE: over sessions, without an entry, and after the application died.
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "tee/small_image.hpp"

namespace rproc {
namespace {

using tee::Command;
using tee::ResultCode;
using tee::SoftwareTee;
using test::BareTee;
using test::Bytes;
using test::outcome;
using State = SoftwareTee::ProcessorState;

class SoftwareTeeStates : public ::testing::Test {
  protected:
    [[nodiscard]] tee::OpenedSession open(std::uint32_t id = 0) {
        tee::Parameters parameters{tee::Parameter::value_input(id)};
        return *tee.tee.open_session(tee::kRemoteprocUuid, parameters);
    }
    void open_again() {
        tee.tee.close_session(tee.session);
        const auto opened = open();
        ASSERT_EQ(opened.result, ResultCode::success);
        tee.session = opened.session;
    }

    Bytes image = test::small_package().sign(test::signing_key("p256"));
    Bytes wrongly_signed = test::SignedPackage::of({test::small_elf(9)}, SignType::rsa_pkcs1_sha256)
                               .sign(test::signing_key("rsa2048"));  // which the TEE does not trust
    BareTee tee{test::trusting("p256"), test::kSmallMemories, SoftwareTee::Sessions::one};
};

TEST_F(SoftwareTeeStates, EntryIsMadeByTheFirstLoad) {
    std::uint64_t unused = 0;
    for (const Command command : {Command::start_fw, Command::stop_fw, Command::release_fw})
        EXPECT_EQ(tee.call(command), ResultCode::bad_parameters) << name_of(command);
    EXPECT_EQ(tee.get_table(unused, unused), ResultCode::bad_parameters);
    EXPECT_FALSE(tee.tee.has_entry(0));
    EXPECT_NE(tee.load(test::pattern(64)), ResultCode::success);
    EXPECT_TRUE(tee.tee.has_entry(0));
    EXPECT_EQ(tee.release(), ResultCode::success);
    EXPECT_EQ(tee.start(), ResultCode::bad_state);
}

// The trap that a client must avoid, as in OP-TEE: the load of another image succeeds, and the old one runs.
TEST_F(SoftwareTeeStates, LoadedImageOutlivesItsClient) {
    ASSERT_EQ(tee.load(image), ResultCode::success);
    open_again();
    EXPECT_EQ(tee.tee.state(0), State::loaded);
    EXPECT_EQ(tee.load(wrongly_signed), ResultCode::success);
    EXPECT_EQ(tee.seen(), test::small_elf_in_memory());
    EXPECT_EQ(tee.release(), ResultCode::success);
    EXPECT_EQ(tee.load(wrongly_signed), ResultCode::signature_invalid);
}

TEST_F(SoftwareTeeStates, StartedProcessorOutlivesItsClient) {
    ASSERT_EQ(tee.load(image), ResultCode::success);
    ASSERT_EQ(tee.start(), ResultCode::success);
    open_again();
    EXPECT_EQ(tee.load(image), ResultCode::bad_state);
    EXPECT_EQ(tee.release(), ResultCode::bad_state);
    EXPECT_EQ(tee.stop(), ResultCode::success);
    EXPECT_EQ(tee.release(), ResultCode::success);
}

TEST_F(SoftwareTeeStates, ServesOneSessionAtATime) {
    EXPECT_EQ(open().result, ResultCode::busy);
    EXPECT_EQ(open(7).result, ResultCode::busy);
    EXPECT_EQ(tee.tee.open_sessions(), 1U);
    tee.tee.close_session(tee.session);
    EXPECT_EQ(open(7).result, ResultCode::not_supported);
    EXPECT_EQ(open().result, ResultCode::success);
}

TEST_F(SoftwareTeeStates, TheOneSessionServesEveryProcessor) {
    ModelMemory other;
    ASSERT_EQ(outcome(tee.tee.add_processor(1, test::kSmallMemories, other)), "ok");
    const tee::MemoryId shared = *tee.tee.register_memory(image);
    tee::Parameters parameters{tee::Parameter::value_input(1), tee::Parameter::memref_input(shared, image.size())};
    EXPECT_EQ(tee.call(Command::load_fw, parameters), ResultCode::success);
    EXPECT_EQ(tee.tee.state(1), State::loaded);
    EXPECT_EQ(tee.tee.state(0), State::off);
}

TEST_F(SoftwareTeeStates, DeathEndsTheSessionAndForgetsTheProcessor) {
    for (std::size_t commands = 0; commands < 3; ++commands) {
        open_again();
        tee.tee.die_after(commands);
        const ResultCode loaded = tee.load(image);
        const ResultCode started = tee.start();
        const ResultCode stopped = tee.stop();
        EXPECT_EQ(loaded, commands > 0 ? ResultCode::success : ResultCode::target_dead);
        EXPECT_EQ(started, commands > 1 ? ResultCode::success : ResultCode::target_dead);
        EXPECT_EQ(stopped, ResultCode::target_dead);
        EXPECT_EQ(tee.load(image), ResultCode::target_dead) << "the session is over";
        EXPECT_EQ(tee.tee.state(0), State::off);
        EXPECT_FALSE(tee.tee.has_entry(0));
        open_again();
        EXPECT_EQ(tee.release(), ResultCode::bad_parameters);
        EXPECT_EQ(tee.load(image), ResultCode::success);
        EXPECT_EQ(tee.release(), ResultCode::success);
    }
}

TEST_F(SoftwareTeeStates, DeathLeavesTheMemories) {
    ASSERT_EQ(tee.load(image), ResultCode::success);
    tee.tee.die();
    EXPECT_EQ(tee.seen(), test::small_elf_in_memory());
}

}  // namespace
}  // namespace rproc
