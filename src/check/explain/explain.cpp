// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/explain.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include "check/explain/errno_words.hpp"
#include "check/explain/explain_line.hpp"
#include "check/explain/findings.hpp"
#include "check/explain/tee_result.hpp"
#include "check/explain/texts.hpp"

namespace rproc::check {
namespace {

std::optional<Explanation> explain_finding(std::string_view text) {
    const auto named = [&](const FindingRow& row) { return equal_ignoring_case(row.topic.name, text); };
    const auto* const row = std::ranges::find_if(kFindingRows, named);
    if (row == std::end(kFindingRows)) return std::nullopt;
    Explanation explanation{
        ExplanationKind::finding, std::string(row->topic.name), std::string(row->topic.meaning), {}};
    add_causes(explanation, row->topic.causes);
    explanation.example = row->example;
    return explanation;
}

/// A text of nothing but one errno, by number, name or both.
std::optional<int> errno_in_words_of(std::string_view text) {
    constexpr std::string_view kSeparators = " \t=:,()";
    constexpr std::array<std::string_view, 4> kIntroductions{"errno", "error", "err", "ret"};
    std::optional<int> found;
    const std::string lower = lower_case(text);
    for (std::string_view rest = lower; !rest.empty();) {
        const std::string_view word = rest.substr(0, rest.find_first_of(kSeparators));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (word.empty() || std::ranges::find(kIntroductions, word) != kIntroductions.end()) continue;
        const auto value = errno_of(word);
        if (!value || (found && value != found)) return std::nullopt;
        found = value;
    }
    return found;
}

/// What a shell prints: "sh: write error: Invalid argument", or the last part alone.
std::optional<int> errno_of_shell(std::string_view text) {
    if (const auto colon = text.rfind(": "); colon != std::string_view::npos) {
        const std::string_view before = text.substr(0, colon);
        if (!before.ends_with("write error") && !contains(before, "/remoteproc")) return std::nullopt;
        text.remove_prefix(colon + 2);
    }
    return errno_of_text(text);
}

std::optional<Explanation> explain_errno(std::string_view text) {
    auto value = errno_in_words_of(text);
    if (!value) value = errno_of_shell(text);
    if (!value) return std::nullopt;
    Explanation explanation{ExplanationKind::errno_value, errno_subject(*value), errno_in_words(*value), {}};
    if (const ErrnoRow* const row = errno_row(*value)) {
        explanation.meaning = row->meaning;
        add_causes(explanation, row->causes);
    } else {
        explanation.meaning += ": remoteproc itself does not return it, but a driver below it may";
        explanation.causes.push_back({"the log says which driver", std::string(next::kLog)});
    }
    return explanation;
}

}  // namespace

std::optional<Explanation> explain(std::string_view text) {
    constexpr std::size_t kLongest = 4096;  // the kernel's own lines end at 1024
    text = trimmed(text);
    if (text.empty() || text.size() > kLongest) return std::nullopt;
    if (auto finding = explain_finding(text)) return finding;
    if (auto result = explain_result(text)) return result;
    if (auto value = explain_errno(text)) return value;
    return explain_line(text);
}

}  // namespace rproc::check
