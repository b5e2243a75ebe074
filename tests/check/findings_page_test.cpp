// SPDX-License-Identifier: BSD-2-Clause
// The two documents that are generated from the tables of codes are current, and complete.

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/check/finding_code.hpp"
#include "support/findings_page.hpp"

namespace rproc::check {
namespace {

using ::testing::HasSubstr;

std::string document(const std::string& name) {
    std::ifstream file(std::string(RPROC_SOURCE_DIR "/docs/") + name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(FindingsPage, IsCurrent) {
    EXPECT_EQ(document("findings.md"), test::findings_page()) << "run ./dev docs, and commit what it wrote";
}

TEST(FindingsPage, ManPageIsCurrent) {
    EXPECT_EQ(document("man/rproc-findings.7"), test::findings_man_page())
        << "run ./dev docs, and commit what it wrote";
}

TEST(FindingsPage, HasEveryCode) {
    const std::string page = test::findings_page();
    const auto heading = [](std::string_view name) { return "\n## `" + std::string(name) + "`\n\nMeaning: "; };
    for (const ErrorCodeInfo& info : error_codes()) EXPECT_THAT(page, HasSubstr(heading(info.name)));
    for (const FindingCodeInfo& info : finding_codes()) EXPECT_THAT(page, HasSubstr(heading(info.name)));
}

}  // namespace
}  // namespace rproc::check
