// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/result.hpp"

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc {
namespace {

using test::outcome;

Result<int> number(bool good) {
    if (!good) return fail(Error::of({.code = ErrorCode::address_overflow, .message = "too far"}, {}, {}));
    return 7;
}

Result<std::string> tried(bool good, int& reached) {
    RPROC_TRY(number(good));
    ++reached;
    return "done";
}

Result<int> assigned(bool good) {
    RPROC_TRY_ASSIGN(const int value, number(good));
    RPROC_TRY_ASSIGN(const int again, number(good));
    return value + again;
}

Result<std::unique_ptr<int>> moved() {
    RPROC_TRY_ASSIGN(auto owner, Result<std::unique_ptr<int>>(std::make_unique<int>(3)));
    return owner;
}

TEST(Result, TryContinuesAfterSuccess) {
    int reached = 0;
    EXPECT_EQ(tried(true, reached).value(), "done");
    EXPECT_EQ(reached, 1);
}

TEST(Result, TryReturnsTheWholeError) {
    int reached = 0;
    const auto result = tried(false, reached);
    EXPECT_EQ(outcome(result), "address-overflow");
    EXPECT_EQ(result.error().what(), "too far");
    EXPECT_EQ(reached, 0);
}

TEST(Result, TryAssignTakesTheValueOrReturnsTheError) {
    EXPECT_EQ(assigned(true).value(), 14);
    EXPECT_EQ(outcome(assigned(false)), "address-overflow");
}

TEST(Result, TryAssignMovesWhatCannotBeCopied) { EXPECT_EQ(**moved(), 3); }

}  // namespace
}  // namespace rproc
