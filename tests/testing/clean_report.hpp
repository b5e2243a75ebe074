// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <iostream>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/testing/fault_report.hpp"

namespace rproc::test {

/// Expects no violation and at least `least` runs; prints the number of faults.
inline void expect_clean(const testing::FaultReport& report, std::string_view name, std::size_t least) {
    std::cout << name << ": " << report.injected() << " faults injected in " << report.runs << " runs\n";
    EXPECT_GE(report.runs, least);
    EXPECT_TRUE(report.violations.empty()) << testing::to_string(report);
}

/// Matches violations of which one says `what`.
inline auto finds(const std::string& what) {
    using ::testing::HasSubstr;
    return ::testing::Contains(::testing::Field(&testing::FaultViolation::what, HasSubstr(what)));
}

}  // namespace rproc::test
