// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/secret.hpp"

#include <utility>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace rproc
