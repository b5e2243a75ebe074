// SPDX-License-Identifier: BSD-2-Clause
// docs/findings.md against the explanations in the library: complete, and the same words.

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/check/explain.hpp"
#include "rproc/check/kernel_defects.hpp"
#include "rproc/error_code.hpp"

namespace rproc::check {
namespace {

std::string findings_page() {
    std::ifstream file(RPROC_SOURCE_DIR "/docs/findings.md");
    EXPECT_TRUE(file) << "docs/findings.md";
    return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> all_codes() {
    std::set<std::string> codes;
    for (const ErrorCodeInfo& info : error_codes()) codes.emplace(info.name);
    for (const KernelDefect& defect : kKernelDefects) codes.emplace(defect.code);
    return codes;
}

/// What the page must have about a code, to the letter.
std::string section_about(std::string_view code) {
    const auto explanation = explain(code);
    EXPECT_TRUE(explanation) << code;
    if (!explanation) return {};
    std::string section = fmt::format("## `{}`\n\nMeaning: {}.\n\n", code, explanation->meaning);
    if (!explanation->example.empty()) section += fmt::format("Example: {}.\n\n", explanation->example);
    for (const Cause& cause : explanation->causes) section += fmt::format("- {}; next: `{}`\n", cause.what, cause.next);
    return section;
}

TEST(FindingsPage, ExplainsEveryCodeInTheWordsOfTheCommand) {
    const std::string page = findings_page();
    for (const std::string& code : all_codes()) EXPECT_THAT(page, testing::HasSubstr(section_about(code))) << code;
}

TEST(FindingsPage, HasNoCodeThatDoesNotExist) {
    const std::string page = findings_page();
    const std::regex heading("\n## `([^`]*)`\n");
    std::set<std::string> codes;
    for (auto at = std::sregex_iterator(page.begin(), page.end(), heading); at != std::sregex_iterator(); ++at)
        EXPECT_TRUE(codes.insert((*at)[1]).second) << (*at)[1] << " twice";
    EXPECT_EQ(codes, all_codes());
}

}  // namespace
}  // namespace rproc::check
