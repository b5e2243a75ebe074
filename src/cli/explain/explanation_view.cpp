// SPDX-License-Identifier: BSD-2-Clause
#include "cli/explain/explanation_view.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace rproc::cli {
namespace {

using check::Attempt;
using check::AttemptOutcome;
using check::Explanation;
using Json = nlohmann::ordered_json;

Json json_of(const Explanation& explanation) {
    Json causes = Json::array();
    for (const auto& cause : explanation.causes) causes.push_back({{"what", cause.what}, {"next", cause.next}});
    return {{"schema", "rproc.explain/1"},         {"subject", explanation.subject},
            {"kind", to_string(explanation.kind)}, {"meaning", explanation.meaning},
            {"causes", std::move(causes)},         {"example", explanation.example},
            {"role", to_string(explanation.role)}, {"device", explanation.device}};
}

void print_page(Output& out, const Explanation& explanation) {
    constexpr std::size_t kIndent = 4;
    out.print("{}\n", out.bold(printable(explanation.subject)));
    out.wrapped("    ", kIndent, printable(explanation.meaning));
    if (!explanation.example.empty()) out.wrapped("    example: ", kIndent + 9, printable(explanation.example));
    std::size_t number = 1;
    for (const auto& cause : explanation.causes) {
        out.wrapped(fmt::format("    {}. ", number++), kIndent + 3, printable(cause.what));
        out.print("       {} {}\n", out.dim("next:"), printable(cause.next));
    }
}

std::string_view words_for(AttemptOutcome outcome) {
    switch (outcome) {
        case AttemptOutcome::unknown: return "the log does not say how it ended";
        case AttemptOutcome::running: return "running";
        case AttemptOutcome::attached: return "attached";
        case AttemptOutcome::failed: return "failed";
        case AttemptOutcome::kernel_stopped: return "the kernel stopped";
    }
    return "";
}

/// "remoteproc0 (m4), hello.elf: failed, 3 times"
std::string heading_of(const Attempt& attempt) {
    std::string text = attempt.device.empty() ? "the log" : attempt.device;
    if (!attempt.processor.empty()) text += fmt::format(" ({})", attempt.processor);
    if (!attempt.firmware.empty()) text += fmt::format(", {}", attempt.firmware);
    text += fmt::format(": {}", words_for(attempt.outcome));
    if (attempt.times > 1) text += fmt::format(", {} times", attempt.times);
    if (attempt.causes.empty()) text += "; no error in the log";
    return text;
}

Json json_of(const Attempt& attempt, std::size_t number) {
    return {{"number", number},
            {"device", attempt.device},
            {"processor", attempt.processor},
            {"firmware", attempt.firmware},
            {"outcome", to_string(attempt.outcome)},
            {"times", attempt.times}};
}

void print_objects(Output& out, const Attempt& attempt, std::size_t number, std::set<std::string>& seen) {
    std::vector<Explanation> all = attempt.causes;
    all.insert(all.end(), attempt.consequences.begin(), attempt.consequences.end());
    if (all.empty()) {
        all.push_back(
            {check::ExplanationKind::kernel_line, heading_of(attempt), std::string(words_for(attempt.outcome)), {}});
        all.back().role = check::LineRole::succeeds;
        all.back().device = attempt.device;
    }
    for (const Explanation& explanation : all) {
        if (!seen.insert(explanation.subject).second) continue;
        Json object = json_of(explanation);
        object["attempt"] = json_of(attempt, number);
        out.json(object);
    }
}

}  // namespace

void print_explanation(Output& out, const CommonOptions& options, const Explanation& explanation) {
    if (options.json) {
        Json object = json_of(explanation);
        object["attempt"] = nullptr;
        return out.json(object);
    }
    if (!options.quiet) return print_page(out, explanation);
    out.print("{}: {}\n", printable(explanation.subject), printable(explanation.meaning));
}

void print_attempt(Output& out, const CommonOptions& options, const Attempt& attempt, std::size_t number,
                   std::set<std::string>& seen) {
    if (options.json) return print_objects(out, attempt, number, seen);
    if (!options.quiet) out.print("{}{}\n\n", number == 1 ? "" : "\n", out.bold(printable(heading_of(attempt))));
    for (const Explanation& cause : attempt.causes) {
        if (seen.insert(cause.subject).second)
            print_explanation(out, options, cause);
        else if (!options.quiet)
            out.print("{}\n    {}\n", out.bold(printable(cause.subject)), out.dim("explained above"));
    }
    if (options.quiet || attempt.consequences.empty()) return;
    std::vector<std::string> subjects;
    for (const Explanation& consequence : attempt.consequences) subjects.push_back(printable(consequence.subject));
    constexpr std::size_t kIndent = 14;
    out.wrapped("consequences: ", kIndent, fmt::format("{}", fmt::join(subjects, "; ")));
}

}  // namespace rproc::cli
