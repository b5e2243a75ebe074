// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/secret.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc {
namespace {

TEST(Secret, MoveClearsTheSource) {
    Secret first("swordfish");
    Secret second = std::move(first);
    EXPECT_EQ(second.text(), "swordfish");
    first = Secret("other");
    second.truncate(5);
    EXPECT_EQ(second.text(), "sword");
    EXPECT_EQ(first.text(), "other");
    EXPECT_EQ(Secret().text(), "");
}

TEST(Secret, LineEndsAtTheFirstEndOfLine) {
    const std::string path = ::testing::TempDir() + "rproc-secret-line";
    for (const std::string end : {"", "\n", "\r\n", "\nsecond\n"}) {
        std::ofstream(path, std::ios::binary) << "12 34" << end;
        const auto line = read_secret_line(path);
        ASSERT_TRUE(line.has_value());
        EXPECT_EQ(line->text(), "12 34");
    }
    std::filesystem::remove(path);
    EXPECT_EQ(test::outcome(read_secret_line(path)), "key-not-found");
}

}  // namespace
}  // namespace rproc
