// SPDX-License-Identifier: BSD-2-Clause
#include "check/explain/explain_line.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "check/explain/errno_words.hpp"
#include "check/explain/findings.hpp"
#include "check/explain/lines.hpp"
#include "check/explain/log_line.hpp"
#include "check/explain/pattern.hpp"
#include "check/explain/tee_result.hpp"
#include "check/explain/texts.hpp"
#include "check/explain/topics.hpp"

namespace rproc::check {
namespace {

constexpr std::string_view kColon = ": ";
constexpr std::size_t kMostCauses = 6;

using Values = std::vector<std::string>;

constexpr std::optional<TopicRow> find_topic(std::string_view name) {
    for (const auto& [row, example] : kFindingRows)
        if (row.name == name) return row;
    for (const TopicRow& row : kTopicRows)
        if (row.name == name) return row;
    return std::nullopt;
}

constexpr bool tells_nothing(const LineRow& row) {
    return row.role == LineRole::begins || row.role == LineRole::routine || row.role == LineRole::succeeds;
}
static_assert(std::ranges::all_of(kLineRows,
                                  [](const auto& row) {
                                      return find_topic(row.topic).has_value() ||
                                             (row.topic.empty() && tells_nothing(row));
                                  }),
              "every line that reports an error has a topic");
static_assert(std::ranges::all_of(kOopsRows, [](const auto& row) { return find_topic(row.topic).has_value(); }),
              "every oops has a topic");

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

/// The errno that a hole has; nothing for other holes, and for positive numbers, which are no errno of Linux.
std::optional<int> errno_of_hole(const Hole& hole) {
    if (hole.kind != 'e' || !hole.value.starts_with('-')) return std::nullopt;
    return errno_of(hole.value);
}

Values values_of(const std::vector<Hole>& holes) {
    Values values;
    for (const Hole& hole : holes) {
        const auto value = errno_of_hole(hole);
        values.push_back(value ? errno_in_words(*value) : std::string(hole.value));
    }
    return values;
}

/// "error -EINVAL: " at the end of the text before a message, as dev_err_probe() prints it.
std::optional<int> errno_before(std::string_view before) {
    constexpr std::string_view kError = "error ";
    if (!before.ends_with(kColon)) return std::nullopt;
    before.remove_suffix(kColon.size());
    const auto at = before.rfind(kError);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view value = before.substr(at + kError.size());
    return value.starts_with('-') ? errno_of(value) : std::nullopt;
}

void add_errno_causes(Explanation& explanation, int errno_value) {
    if (const ErrnoRow* const row = errno_row(errno_value)) add_causes(explanation, row->causes, {}, errno_value);
}

/// A line that quotes a refusal of the TEE is about that.
void add_result(Explanation& explanation, const LineRow& row, const std::vector<Hole>& holes, const Values& values) {
    const std::string command = filled(row.tee_command, values);
    for (const Hole& hole : holes) {
        if (hole.kind != 'x') continue;
        auto result = explain_result_of(command, hole.value);
        if (!result) continue;
        explanation.meaning += fmt::format("; {}", result->meaning);
        explanation.causes = std::move(result->causes);
    }
}

/// A part of a line, and what stands before it.
struct Message {
    std::string_view text;
    std::string_view before;
};

Explanation explanation_of(const LineRow& row, const std::vector<Hole>& holes, const Message& message) {
    const Values values = values_of(holes);
    Explanation explanation{ExplanationKind::kernel_line, std::string(message.text), filled(row.meaning, values), {}};
    explanation.role = row.role;
    if (row.topic.empty()) return explanation;

    const TopicRow topic = topic_named(row.topic);
    if (row.meaning.empty()) explanation.meaning = topic.meaning;
    std::optional<int> errno_value = errno_before(message.before);
    if (errno_value) explanation.meaning += fmt::format(" ({})", errno_in_words(*errno_value));
    for (const Hole& hole : holes)
        if (const auto value = errno_of_hole(hole)) errno_value = value;
    add_causes(explanation, topic.causes, values, errno_value.value_or(0));
    const bool knows_errno =
        std::ranges::find(topic.causes, errno_value, &CauseText::errno_value) != std::end(topic.causes);
    if (topic.errno_tells && errno_value && !knows_errno) add_errno_causes(explanation, *errno_value);
    add_result(explanation, row, holes, values);
    return explanation;
}

/// The words of a line or of a pattern that are no numbers, names of devices or holes.
std::vector<std::string> words_of(std::string_view text) {
    constexpr std::string_view kSeparators = " \t:,;()[]\"'.=";
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find_first_of(kSeparators));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (word.size() > 2 && word.find_first_of("{0123456789") == std::string_view::npos)
            words.push_back(lower_case(word));
    }
    return words;
}

/// The known line that shares most words with one that is not known; null when none has half of them.
const LineRow* nearest_row(std::string_view message) {
    const std::vector<std::string> words = words_of(message);
    const LineRow* nearest = nullptr;
    std::size_t most = 0;
    for (const LineRow& row : kLineRows) {
        if (tells_nothing(row)) continue;
        const std::vector<std::string> known = words_of(row.pattern);
        const auto common = static_cast<std::size_t>(std::ranges::count_if(
            words, [&](const std::string& word) { return std::ranges::find(known, word) != known.end(); }));
        if (common > most && 2 * common >= std::max(words.size(), known.size())) {
            most = common;
            nearest = &row;
        }
    }
    return nearest;
}

/// A line of a remoteproc device that has no row: what its errno says.
std::optional<Explanation> explain_by_errno(std::string_view line) {
    const auto colon = line.find(kColon);
    if (colon == std::string_view::npos) return std::nullopt;
    const Message message{line.substr(colon + kColon.size()), line.substr(0, colon + kColon.size())};
    const auto value = errno_in_line(line);
    if (!value || !is_of_remoteproc(message.before)) return std::nullopt;

    const std::string_view device = device_of(line, message.before);
    Explanation explanation{
        ExplanationKind::kernel_line,
        std::string(message.text),
        fmt::format("{} reports {}", device.empty() ? "a remoteproc driver" : device, errno_in_words(*value)),
        {}};
    if (const LineRow* const row = nearest_row(message.text)) {
        explanation.meaning += fmt::format("; the nearest line that is known is \"{}\"", row->pattern);
        const TopicRow topic = topic_named(row->topic);
        explanation.causes.push_back({std::string(topic.meaning), std::string(topic.causes[0].next)});
    }
    explanation.causes.push_back({"a line before it in the log says more", std::string(next::kLog)});
    add_errno_causes(explanation, *value);
    return explanation;
}

/// The messages that a line may be, the shortest first: the device ends at a colon, and a message may have colons too.
std::vector<Message> messages_in(std::string_view line) {
    std::vector<Message> messages;
    for (auto colon = line.rfind(kColon);; colon = line.rfind(kColon, colon - 1)) {
        const std::size_t begin = colon == std::string_view::npos ? 0 : colon + kColon.size();
        const Message message{line.substr(begin), line.substr(0, begin)};
        if (is_of_remoteproc(message.before)) messages.push_back(message);
        if (begin == 0 || colon == 0) return messages;
    }
}

std::optional<Explanation> explain_text(std::string_view line) {
    const std::vector<Message> messages = messages_in(line);
    for (const LineRow& row : kLineRows) {
        for (const Message& message : messages) {
            const auto holes = match(row.pattern, message.text);
            if (!holes) continue;
            Explanation explanation = explanation_of(row, *holes, message);
            explanation.device = device_of(line, message.before);
            return explanation;
        }
    }
    auto explanation = explain_by_errno(line);
    if (explanation) explanation->device = device_of(line, line);
    return explanation;
}

}  // namespace

TopicRow topic_named(std::string_view name) { return find_topic(name).value_or(TopicRow{}); }

void add_causes(Explanation& explanation, const CauseTexts& causes, const std::vector<std::string>& values,
                int errno_value) {
    for (const CauseText& cause : causes) {
        if (cause.what.empty() || explanation.causes.size() >= kMostCauses) continue;
        if (cause.errno_value != 0 && cause.errno_value != errno_value) continue;
        explanation.causes.push_back({filled(cause.what, values), filled(cause.next, values)});
    }
}

void name_device_in_commands(Explanation& explanation) {
    constexpr std::string_view kFirst = "remoteproc0";
    const std::string device(remoteproc_in(explanation.device));
    if (device.empty()) return;
    for (Cause& cause : explanation.causes)
        for (auto at = cause.next.find(kFirst); at != std::string::npos;
             at = cause.next.find(kFirst, at + device.size()))
            cause.next.replace(at, kFirst.size(), device);
}

std::optional<Explanation> explain_line(std::string_view text) {
    const LogLine line = log_line(text);
    auto explanation = explain_text(line.text);
    if (explanation && line.of_optee) explanation->device = "OP-TEE";
    if (explanation) name_device_in_commands(*explanation);
    return explanation;
}

}  // namespace rproc::check
