// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/error.hpp"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(Error, KernelResultIsTheNegativeErrno) {
    const Error error{.code = ErrorCode::segment_outside_memory};
    EXPECT_EQ(error.errno_value(), 22);
    EXPECT_EQ(error.kernel_result(), -22);
}

TEST(Error, KernelResultIsOneWhereARefusalIsTakenForSuccess) {
    const Error error{.code = ErrorCode::vendor_entry_fails_boot};
    EXPECT_EQ(error.errno_value(), 0);
    EXPECT_EQ(error.kernel_result(), 1);
}

TEST(Error, MessageBeginsWithThePlace) {
    EXPECT_EQ((Error{.what = "is too large", .where = "segment 1"}.message()), "segment 1: is too large");
}

TEST(Error, MessageWithoutAPlaceIsTheSentenceAlone) {
    EXPECT_EQ((Error{.what = "no firmware was chosen"}.message()), "no firmware was chosen");
}

TEST(Error, BelongsToNoStepAtFirst) { EXPECT_EQ(Error{}.step, Step::none); }

TEST(Severity, HasNames) {
    EXPECT_EQ(to_string(Severity::note), "note");
    EXPECT_EQ(to_string(Severity::warning), "warning");
    EXPECT_EQ(to_string(Severity::error), "error");
}

TEST(Step, NamesAreUnique) {
    std::set<std::string_view> names;
    for (int i = static_cast<int>(Step::none); i <= static_cast<int>(Step::release_fw); ++i) {
        const std::string_view name = to_string(static_cast<Step>(i));
        EXPECT_NE(name, "unknown") << i;
        EXPECT_TRUE(names.insert(name).second) << name;
    }
}

}  // namespace
}  // namespace rproc
