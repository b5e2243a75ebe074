// SPDX-License-Identifier: BSD-2-Clause
// The client fails at its k-th call, for every k: whatever a life of boot, recovery and stop was doing, nothing leaks,
// the states agree, and the next boot works.
#include <cstddef>
#include <iostream>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tee/secure_m4.hpp"

namespace rproc {
namespace {

using test::Fault;
using test::outcome;
using test::Recorder;
using test::signed_firmware;
using test::TeeBoard;
using test::WatchedM4;
using ProcessorState = tee::SoftwareTee::ProcessorState;

/// Both sides must be of one mind about a processor, and nothing may be held for one that is off.
template <class M4>
void expect_consistent(const M4& m4, TeeBoard& board) {
    EXPECT_EQ(board.tee->tee().registered_memories(), 0U);
    if (m4.state() == State::running || m4.state() == State::crashed) {
        EXPECT_EQ(board.tee->tee().state(0), ProcessorState::started);
        return;
    }
    ASSERT_EQ(m4.state(), State::offline);
    EXPECT_EQ(board.memory.mapped(), board.mapped_by_tee);
    EXPECT_EQ(m4.carveouts().size(), 0U);
    EXPECT_TRUE(m4.table().empty());
    EXPECT_TRUE(m4.resources().vdevs.empty());
}

/// A whole life with one fault in it. @returns whether the fault was reached.
template <BootSequence S>
bool live(const Fault& fault) {
    TeeBoard board;
    Recorder recorder;
    tee::TeeContext<test::WatchedTee> context(board.tee);
    board.tee->fault = fault;
    auto backend = context.register_processor(0);
    if (!backend) {
        EXPECT_EQ(board.tee->tee().open_sessions(), 0U);
        backend = context.register_processor(0);  // the fault is over
    }
    if (!backend) ADD_FAILURE() << backend.error().message();
    auto m4 = std::make_unique<WatchedM4<S>>(*std::move(backend), board.platform(), ObserverRef(recorder));
    EXPECT_EQ(outcome(m4->set_firmware(signed_firmware())), "ok");

    static_cast<void>(m4->boot());
    expect_consistent(*m4, board);
    if (m4->state() == State::running) static_cast<void>(m4->handle_crash(CrashType::watchdog));
    expect_consistent(*m4, board);
    if (m4->state() != State::offline) static_cast<void>(m4->shutdown());
    expect_consistent(*m4, board);
    const bool reached = board.tee->count > fault.at;

    // The fault is behind; a stop that failed may be repeated, and another firmware boots.
    if (m4->state() != State::offline) {
        EXPECT_EQ(outcome(m4->shutdown()), "ok");
    }
    expect_consistent(*m4, board);
    EXPECT_EQ(outcome(m4->set_firmware(signed_firmware("two-images.rsa2048.signed"))), "ok");
    board.tee->fault.reset();
    EXPECT_EQ(outcome(m4->boot()), "ok");
    EXPECT_EQ(board.tee->tee().state(0), ProcessorState::started);
    EXPECT_EQ(outcome(m4->shutdown()), "ok");
    EXPECT_TRUE(board.tee->tee().is_clear(0));
    EXPECT_TRUE(recorder.all_closed());
    m4.reset();
    EXPECT_EQ(board.tee->tee().open_sessions(), 0U);
    EXPECT_EQ(board.memory.mapped(), board.mapped_by_tee);
    return reached;
}

template <class S>
class FaultInjection : public testing::Test {};
using Sequences = testing::Types<Mainline, AlternateBoot, LoadFirst>;
TYPED_TEST_SUITE(FaultInjection, Sequences);

TYPED_TEST(FaultInjection, AtEveryCallLeavesNothingBehind) {
    std::size_t injected = 0;
    for (const auto kind : {Fault::Kind::unreachable, Fault::Kind::refused}) {
        for (std::size_t at = 0;; ++at) {
            SCOPED_TRACE(testing::Message()
                         << TypeParam::kName << ", call " << at << ", kind " << static_cast<int>(kind));
            if (!live<TypeParam>({at, kind}) || this->HasFailure()) break;
            ++injected;
        }
    }
    std::cout << TypeParam::kName << ": " << injected << " faults injected\n";
    EXPECT_GT(injected, 20U);
}

// What the TEE still holds must not be taken for the image of the next boot.
TEST(FailedRelease, IsMadeUpForBeforeTheNextLoad) {
    TeeBoard board;
    Recorder recorder;
    tee::TeeContext<test::WatchedTee> context(board.tee);
    WatchedM4<> m4(*context.register_processor(0), board.platform(), ObserverRef(recorder));
    const test::Bytes bad_table(16, std::byte{9});
    const auto image =
        test::ElfImage{.segments = {{.paddr = 0x100, .data = bad_table}},
                       .sections = {{.name = ".resource_table", .addr = 0x100, .data = bad_table, .segment = 0}}}
            .build();
    const auto package =
        test::SignedPackage::of({image}, SignType::rsa_pkcs1_sha256).sign(test::signing_key("rsa2048"));
    ASSERT_EQ(outcome(m4.set_firmware(FirmwareSource(Firmware("bad-table.signed", package)))), "ok");
    board.tee->calls.clear();
    board.tee->count = 0;
    constexpr std::size_t kRelease = 3;  // after the image is shared and loaded, and the table asked for
    board.tee->fault = Fault{kRelease, Fault::Kind::refused};
    ASSERT_EQ(outcome(m4.boot()), "table-version");
    EXPECT_THAT(board.tee->calls, testing::ElementsAre("LOAD", "TABLE", "RELEASE!"));
    EXPECT_EQ(board.tee->tee().state(0), ProcessorState::loaded);

    board.tee->calls.clear();
    ASSERT_EQ(outcome(m4.set_firmware(signed_firmware())), "ok");
    ASSERT_EQ(outcome(m4.boot()), "ok");
    EXPECT_THAT(board.tee->calls, testing::ElementsAre("RELEASE", "LOAD", "TABLE", "LOAD", "TABLE", "START"));
    EXPECT_EQ(m4.table().size(), 140U);  // that of the second image
}

}  // namespace
}  // namespace rproc
