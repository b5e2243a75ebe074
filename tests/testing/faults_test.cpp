// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/testing/faults.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc::testing {
namespace {

using test::outcome;
using ::testing::ElementsAre;

constexpr FaultPoint kMap{.name = "map", .code = ErrorCode::memory_exhausted};
constexpr FaultPoint kSend{.name = "send", .code = ErrorCode::mailbox_failed, .also = FaultKind::late};

/// The results of five calls: map, send, map, send, map; with a star where the work was done.
std::vector<std::string> five_calls(Faults faults) {
    std::vector<std::string> outcomes;
    for (const FaultPoint& point : {kMap, kSend, kMap, kSend, kMap}) {
        bool done = false;
        const auto result = faults.call(point, [&]() -> Result<void> {
            done = true;
            return {};
        });
        outcomes.push_back(outcome(result) + (done ? "*" : ""));
    }
    return outcomes;
}

TEST(Faults, InjectNothingUntilArmed) {
    Faults faults;
    EXPECT_THAT(five_calls(faults), ElementsAre("ok*", "ok*", "ok*", "ok*", "ok*"));
    EXPECT_EQ(faults.count(), 7U) << "a message fails in two ways";
    EXPECT_EQ(faults.injected(), 0U);
    EXPECT_EQ(faults.first(), "");
}

TEST(Faults, FailTheCallOfTheirNumber) {
    Faults faults;
    faults.arm(0);
    EXPECT_THAT(five_calls(faults), ElementsAre("memory-exhausted", "ok*", "ok*", "ok*", "ok*"));
    faults.arm(1);
    EXPECT_THAT(five_calls(faults), ElementsAre("ok*", "mailbox-failed", "ok*", "ok*", "ok*"));
    faults.arm(2);
    EXPECT_THAT(five_calls(faults), ElementsAre("ok*", "mailbox-failed*", "ok*", "ok*", "ok*"));
    EXPECT_EQ(faults.first(), "fault injected at send, occurrence 0 (done, and reported as failed)");
    faults.arm(6);
    EXPECT_THAT(five_calls(faults), ElementsAre("ok*", "ok*", "ok*", "ok*", "memory-exhausted"));
    EXPECT_EQ(faults.first(), "fault injected at map, occurrence 2 (not done)");
    faults.arm(7);
    EXPECT_THAT(five_calls(faults), ElementsAre("ok*", "ok*", "ok*", "ok*", "ok*"));
}

TEST(Faults, PersistWithTheKindOfTheFirst) {
    Faults faults;
    faults.arm(2, FaultSpan::lasting);
    EXPECT_THAT(five_calls(faults),
                ElementsAre("ok*", "mailbox-failed*", "memory-exhausted", "mailbox-failed*", "memory-exhausted"));
    EXPECT_EQ(faults.injected(), 4U);
    EXPECT_EQ(faults.first(), "fault injected at send, occurrence 0 (done, and reported as failed)");
    faults.arm(3, FaultSpan::lasting);
    EXPECT_THAT(five_calls(faults),
                ElementsAre("ok*", "ok*", "memory-exhausted", "mailbox-failed", "memory-exhausted"));
}

TEST(Faults, FailACallByTheNameOfItsPoint) {
    Faults faults;
    faults.arm_at("map", 1);
    EXPECT_THAT(five_calls(faults), ElementsAre("ok*", "ok*", "memory-exhausted", "ok*", "ok*"));
    faults.arm_at("send", 1, FaultKind::late);
    EXPECT_THAT(five_calls(faults), ElementsAre("ok*", "ok*", "ok*", "mailbox-failed*", "ok*"));
    faults.arm_at("send", 0, FaultKind::refused);  // a mailbox does not answer
    EXPECT_THAT(five_calls(faults), ElementsAre("ok*", "ok*", "ok*", "ok*", "ok*"));
}

TEST(Faults, CountByPoint) {
    Faults faults;
    faults.arm(4, FaultSpan::lasting);
    static_cast<void>(five_calls(faults));
    ASSERT_EQ(faults.tallies().size(), 2U);
    EXPECT_EQ(faults.tallies()[0].point, "map");
    EXPECT_EQ(faults.tallies()[0].passed, 3U);
    EXPECT_EQ(faults.tallies()[0].struck, 1U);
    EXPECT_EQ(faults.tallies()[1].point, "send");
    EXPECT_EQ(faults.tallies()[1].passed, 2U);
    EXPECT_EQ(faults.tallies()[1].struck, 1U);
    EXPECT_EQ(faults.injected("map"), 1U);
    EXPECT_EQ(faults.injected("nowhere"), 0U);
}

TEST(Faults, EndWhenDisarmedAndRestartWhenArmed) {
    Faults faults;
    faults.arm(0, FaultSpan::lasting);
    faults.disarm();
    EXPECT_THAT(five_calls(faults), ElementsAre("ok*", "ok*", "ok*", "ok*", "ok*"));
    EXPECT_EQ(faults.count(), 0U);
    faults.arm(0);
    EXPECT_EQ(outcome(faults.pass("op")), "fault-injected");
    EXPECT_EQ(outcome(faults.pass("op")), "ok");
}

TEST(Faults, LateFaultKeepsTheErrorOfTheCall) {
    Faults faults;
    faults.arm_at("send", 0, FaultKind::late);
    const auto result = faults.call(kSend, []() -> Result<int> { return fail(ErrorCode::firmware_empty, {}); });
    EXPECT_EQ(outcome(result), "firmware-empty");
}

}  // namespace
}  // namespace rproc::testing
