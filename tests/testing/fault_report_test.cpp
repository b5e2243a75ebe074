// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/testing/fault_report.hpp"

#include <gtest/gtest.h>

namespace rproc::testing {
namespace {

TEST(FaultReport, AddsThePointsOfAnotherReport) {
    FaultReport report{.runs = 1};
    report.add("memory.map", 2);
    report.add("memory.map", 0);
    FaultReport other{.runs = 2};
    other.add("memory.map", 1);
    other.add("iommu.map", 4);
    other.violations.push_back({"boot", "fault at iommu.map", "1 mappings"});
    report += other;
    EXPECT_EQ(report.injected(), 7U);
    EXPECT_EQ(to_string(report),
              "7 faults injected in 3 runs, 1 violations\n       3 memory.map\n       4 iommu.map\n"
              "  boot: fault at iommu.map: 1 mappings");
}

}  // namespace
}  // namespace rproc::testing
