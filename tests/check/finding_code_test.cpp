// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/finding_code.hpp"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace rproc::check {
namespace {

TEST(FindingCode, LooksUpItsOwnRow) {
    for (const FindingCodeInfo& info : finding_codes()) {
        EXPECT_EQ(&info_of(info.code), &info);
        EXPECT_EQ(name_of(info.code), info.name);
        EXPECT_FALSE(info.meaning.empty()) << info.name;
    }
}

TEST(FindingCode, NoNameIsThatOfAnotherFindingOrError) {
    std::set<std::string_view> names;
    for (const ErrorCodeInfo& info : error_codes()) names.insert(info.name);
    for (const FindingCodeInfo& info : finding_codes()) EXPECT_TRUE(names.insert(info.name).second) << info.name;
}

// Scripts read these names in the findings of `rproc check`.
TEST(FindingCode, KnownNamesStay) {
    EXPECT_EQ(name_of(FindingCode::segments_overlap), "segments-overlap");
    EXPECT_EQ(name_of(FindingCode::kernel_reads_past_file), "kernel-reads-past-file");
}

TEST(AnyCode, IsAnErrorOrAFinding) {
    EXPECT_EQ(AnyCode(ErrorCode::segment_truncated).name(), "segment-truncated");
    EXPECT_EQ(AnyCode(FindingCode::trace_absent).name(), "trace-absent");
    EXPECT_EQ(AnyCode(ErrorCode::segment_truncated), ErrorCode::segment_truncated);
    EXPECT_NE(AnyCode(ErrorCode::segment_truncated), FindingCode::trace_absent);
}

TEST(AnyCode, KnowsTheDefectsOfTheKernel) {
    EXPECT_TRUE(AnyCode(FindingCode::kernel_format_string).is_kernel_defect());
    EXPECT_FALSE(AnyCode(FindingCode::trace_absent).is_kernel_defect());
    EXPECT_FALSE(AnyCode(ErrorCode::vring_misfit).is_kernel_defect());
}

}  // namespace
}  // namespace rproc::check
