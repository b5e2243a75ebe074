// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/resources.hpp"

#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(NotifyIds, LowestFreeIdIsTakenFirst) {
    NotifyIds ids;
    EXPECT_EQ(ids.take(), 0U);
    EXPECT_EQ(ids.take(), 1U);
    EXPECT_EQ(ids.take(), 2U);
    ids.give_back(2);
    ids.give_back(0);
    EXPECT_EQ(ids.take(), 0U);
    EXPECT_EQ(ids.take(), 2U);
    EXPECT_EQ(ids.take(), 3U);
}

TEST(NotifyIds, StartAtZeroAfterClear) {
    NotifyIds ids;
    EXPECT_EQ(ids.take(), 0U);
    ids.clear();
    EXPECT_EQ(ids.take(), 0U);
}

TEST(Resources, ClearRemovesEverything) {
    Resources resources;
    resources.traces.push_back({"cm4_log", DeviceAddress(0), 16});
    resources.vdevs.push_back({.index = 0, .id = 7, .table_offset = 24});
    EXPECT_EQ(resources.notify_ids.take(), 0U);
    resources.clear();
    EXPECT_TRUE(resources.traces.empty());
    EXPECT_TRUE(resources.vdevs.empty());
    EXPECT_EQ(resources.notify_ids.take(), 0U);
}

}  // namespace
}  // namespace rproc
