// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/step.hpp"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(Step, NamesAreUnique) {
    std::set<std::string_view> names;
    for (int i = static_cast<int>(Step::none); i <= static_cast<int>(Step::resume); ++i) {
        const std::string_view name = to_string(static_cast<Step>(i));
        EXPECT_NE(name, "unknown") << i;
        EXPECT_TRUE(names.insert(name).second) << name;
    }
}

}  // namespace
}  // namespace rproc
