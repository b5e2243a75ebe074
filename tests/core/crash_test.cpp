// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/crash.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(CrashType, IsPrintedAsByTheKernel) {
    EXPECT_EQ(to_string(CrashType::mmufault), "mmufault");
    EXPECT_EQ(to_string(CrashType::watchdog), "watchdog");
    EXPECT_EQ(to_string(CrashType::fatal_error), "fatal error");
}

TEST(RecoveryMode, IsParsedFromTheWordsOfSysfs) {
    for (const RecoveryMode mode : {RecoveryMode::enabled, RecoveryMode::disabled})
        EXPECT_EQ(recovery_mode(to_string(mode)), mode);
    EXPECT_EQ(recovery_mode("recover"), std::nullopt);
    EXPECT_EQ(recovery_mode(""), std::nullopt);
}

}  // namespace
}  // namespace rproc
