// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/board.hpp"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rproc::platform {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(EmbeddedBoards, AllOfThemCanBeRead) {
    const auto names = embedded_board_names();

    EXPECT_THAT(names, SizeIs(::testing::Ge(5)));
    EXPECT_THAT(names, Contains(std::string(kDefaultBoard)));
    EXPECT_TRUE(std::ranges::is_sorted(names));
    for (const std::string& name : names) {
        const auto board = embedded_board(name);
        ASSERT_TRUE(board.has_value()) << name << ": " << board.error().message();
        EXPECT_FALSE(board->model.empty()) << name;
    }
}

TEST(EmbeddedBoards, UnknownNameListsTheBoards) {
    const auto board = embedded_board("raspberry");

    ASSERT_FALSE(board.has_value());
    EXPECT_EQ(board.error().code(), ErrorCode::board_unknown);
    EXPECT_THAT(board.error().what(), HasSubstr("stm32mp157c-dk2"));
    EXPECT_THAT(board.error().hint(), HasSubstr("--dtb"));
}

}  // namespace
}  // namespace rproc::platform
