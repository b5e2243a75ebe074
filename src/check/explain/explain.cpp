// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/explain.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "check/explain/errnos.hpp"
#include "check/explain/findings.hpp"
#include "check/explain/lines.hpp"
#include "check/explain/results.hpp"

namespace rproc::check {
namespace {

using Values = std::vector<std::string_view>;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kHole = "{}";

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return lower;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool equal_ignoring_case(std::string_view a, std::string_view b) { return lower_case(a) == lower_case(b); }

/// The whole text as a number; nothing when it is none, or does not fit.
std::optional<std::uint32_t> number_in(std::string_view digits, int base) {
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
    if (error != std::errc() || stop != end) return std::nullopt;
    return value;
}

/// "{0}" and "{1}" of a text become what a line says there.
std::string filled(std::string_view text, const Values& values) {
    std::string result(text);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string hole = fmt::format("{{{}}}", i);
        for (auto at = result.find(hole); at != std::string::npos; at = result.find(hole, at + values[i].size()))
            result.replace(at, hole.size(), values[i]);
    }
    return result;
}

void add_causes(Explanation& explanation, const CauseTexts& causes, const Values& values) {
    for (const CauseText& cause : causes)
        if (!cause.what.empty()) explanation.causes.push_back({filled(cause.what, values), filled(cause.next, values)});
}

// --- findings

std::optional<Explanation> explain_finding(std::string_view text) {
    const auto named = [&](const FindingRow& row) { return equal_ignoring_case(row.topic.name, text); };
    const auto* const row = std::ranges::find_if(kFindingRows, named);
    if (row == std::end(kFindingRows)) return std::nullopt;
    Explanation explanation{
        ExplanationKind::finding, std::string(row->topic.name), std::string(row->topic.meaning), {}};
    add_causes(explanation, row->topic.causes, {});
    explanation.example = row->example;
    return explanation;
}

// --- results of the TEE

/// "BAD_PARAMETERS" of the name of a result, whatever family it was written with.
std::string_view without_family(std::string_view name) {
    for (const std::string_view family : {"tee_error_", "teec_error_", "tee_", "teec_"})
        if (name.starts_with(family)) return name.substr(family.size());
    return name;
}

std::optional<tee::ResultInfo> result_by_number(std::string_view text) {
    constexpr std::size_t kDigits = 8;
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    const auto value = text.size() == kDigits ? number_in(text, 16) : std::nullopt;
    return value ? tee::find_result(*value) : std::nullopt;
}

std::optional<tee::ResultInfo> result_by_name(const std::string& text) {
    const auto named = [&](const tee::ResultInfo& row) {
        return without_family(lower_case(row.name)) == without_family(text);
    };
    const auto* const row = std::ranges::find_if(tee::kResults, named);
    if (row == tee::kResults.end()) return std::nullopt;
    return *row;
}

constexpr std::optional<ResultRow> row_of(tee::ResultCode code) {
    for (const ResultRow& row : kResultRows)
        if (row.code == code) return row;
    return std::nullopt;
}
static_assert(std::ranges::all_of(tee::kResults, [](const auto& info) { return row_of(info.code).has_value(); }),
              "every result has a row");

Explanation explain_result(const tee::ResultInfo& info) {
    Explanation explanation{ExplanationKind::tee_result,
                            fmt::format("{:#010x} {}", static_cast<std::uint32_t>(info.code), info.name),
                            std::string(info.meaning),
                            {}};
    const auto row = row_of(info.code);
    explanation.causes.push_back({std::string(info.cause), std::string(row->next)});
    add_causes(explanation, row->others, {});
    return explanation;
}

std::optional<Explanation> explain_result(std::string_view text) {
    auto info = result_by_number(text);
    if (!info) info = result_by_name(lower_case(text));
    if (!info) return std::nullopt;
    return explain_result(*info);
}

// --- errnos

const ErrnoRow* errno_row(std::string_view word) {
    constexpr std::uint32_t kLowestNegative = 0xfffff001;  // -4095, as an unsigned number
    word.remove_prefix(word.starts_with('-') ? 1 : 0);
    auto value = number_in(word, 10);
    if (word.starts_with("0x")) value = number_in(word.substr(2), 16);
    if (value && *value >= kLowestNegative) value = 0 - *value;
    const auto is_meant = [&](const ErrnoRow& row) {
        return value ? static_cast<std::uint32_t>(row.value) == *value : equal_ignoring_case(row.name, word);
    };
    const auto* const row = std::ranges::find_if(kErrnoRows, is_meant);
    return row == std::end(kErrnoRows) ? nullptr : row;
}

/// A text of nothing but one errno, by number, name or both.
const ErrnoRow* errno_in_words(std::string_view text) {
    constexpr std::string_view kSeparators = " \t=:,()";
    constexpr std::array<std::string_view, 4> kIntroductions{"errno", "error", "err", "ret"};
    const ErrnoRow* found = nullptr;
    const std::string lower = lower_case(text);
    for (std::string_view rest = lower; !rest.empty();) {
        const std::string_view word = rest.substr(0, rest.find_first_of(kSeparators));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (word.empty() || std::ranges::find(kIntroductions, word) != kIntroductions.end()) continue;
        const ErrnoRow* const row = errno_row(word);
        if (row == nullptr || (found != nullptr && row != found)) return nullptr;
        found = row;
    }
    return found;
}

/// What a shell prints: "sh: write error: Invalid argument", or the last part alone.
const ErrnoRow* errno_of_shell(std::string_view text) {
    if (const auto colon = text.rfind(": "); colon != std::string_view::npos) {
        const std::string_view before = text.substr(0, colon);
        if (!before.ends_with("write error") && !contains(before, "/remoteproc")) return nullptr;
        text.remove_prefix(colon + 2);
    }
    const auto said = [&](const ErrnoRow& row) { return equal_ignoring_case(row.text, text); };
    const auto* const row = std::ranges::find_if(kErrnoRows, said);
    return row == std::end(kErrnoRows) ? nullptr : row;
}

std::optional<Explanation> explain_errno(std::string_view text) {
    const ErrnoRow* row = errno_in_words(text);
    if (row == nullptr) row = errno_of_shell(text);
    if (row == nullptr) return std::nullopt;
    Explanation explanation{
        ExplanationKind::errno_value, fmt::format("-{} {}", row->value, row->name), std::string(row->meaning), {}};
    add_causes(explanation, row->causes, {});
    return explanation;
}

// --- lines of the kernel

/// What stands in the holes of a pattern; nothing when the line is another.
std::optional<Values> match(std::string_view pattern, std::string_view line) {
    Values values;
    for (;;) {
        const auto hole = pattern.find(kHole);
        const std::string_view literal = pattern.substr(0, hole);
        if (!line.starts_with(literal)) return std::nullopt;
        line.remove_prefix(literal.size());
        if (hole == std::string_view::npos) break;
        pattern.remove_prefix(hole + kHole.size());
        const std::string_view next = pattern.substr(0, pattern.find(kHole));
        const auto end = next.empty() ? line.size() : line.find(next);
        if (end == std::string_view::npos) return std::nullopt;
        values.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    if (!line.empty()) return std::nullopt;
    return values;
}

/// A line without the level and time that dmesg, journalctl and syslog put before it.
std::string_view without_log_prefix(std::string_view line) {
    constexpr std::string_view kKernel = "kernel: ";
    if (const auto at = line.find(kKernel); at != std::string_view::npos) line.remove_prefix(at + kKernel.size());
    if (const auto bracket = line.find(": ["); line.starts_with("kern ") && bracket != std::string_view::npos)
        line.remove_prefix(bracket + 2);  // dmesg --decode
    if (line.starts_with('<')) line.remove_prefix(std::min(line.find('>'), line.size() - 1) + 1);
    if (line.starts_with('[')) line.remove_prefix(std::min(line.find(']'), line.size() - 1) + 1);
    return trimmed(line);
}

/// Other drivers print some of the same words.
bool is_of_remoteproc(std::string_view device) {
    constexpr std::array<std::string_view, 6> kDrivers{"remoteproc", "rproc", "rpmsg", "virtio", "q6v5", "tee"};
    return device.empty() ||
           std::ranges::any_of(kDrivers, [&](std::string_view driver) { return contains(device, driver); });
}

constexpr std::optional<TopicRow> topic_of(const LineRow& line) {
    for (const auto& [row, example] : kFindingRows)
        if (row.name == line.topic) return row;
    for (const TopicRow& row : kTopicRows)
        if (row.name == line.topic) return row;
    return std::nullopt;
}
static_assert(std::ranges::all_of(kLineRows, [](const auto& row) { return topic_of(row).has_value(); }),
              "every line has a topic");

/// A line that quotes a refusal of the TEE is about that.
void add_result(Explanation& explanation, const Values& values) {
    for (const std::string_view value : values) {
        const auto info = result_by_number(value);
        if (!info || info->code == tee::ResultCode::success) continue;
        explanation.meaning += fmt::format("; {}: {}", info->name, info->meaning);
        explanation.causes = explain_result(*info).causes;
    }
}

std::optional<Explanation> explain_message(std::string_view message) {
    for (const LineRow& row : kLineRows) {
        const auto values = match(row.pattern, message);
        if (!values) continue;
        const TopicRow topic = *topic_of(row);
        const std::string_view meaning = row.meaning.empty() ? topic.meaning : row.meaning;
        Explanation explanation{ExplanationKind::kernel_line, std::string(message), filled(meaning, *values), {}};
        add_causes(explanation, topic.causes, *values);
        add_result(explanation, *values);
        return explanation;
    }
    return std::nullopt;
}

std::optional<Explanation> explain_line(std::string_view text) {
    constexpr std::string_view kColon = ": ";
    const std::string_view line = without_log_prefix(text);
    // The device ends at a colon, and a message may have colons of its own: the shortest message that is known counts.
    for (auto colon = line.rfind(kColon);; colon = line.rfind(kColon, colon - 1)) {
        const std::size_t begin = colon == std::string_view::npos ? 0 : colon + kColon.size();
        if (is_of_remoteproc(line.substr(0, begin)))
            if (auto explanation = explain_message(line.substr(begin))) return explanation;
        if (begin == 0 || colon == 0) return std::nullopt;
    }
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
