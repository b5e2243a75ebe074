// SPDX-License-Identifier: BSD-2-Clause
#include "cli/ctl/report.hpp"

#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/check/explain.hpp"

namespace rproc::cli {
namespace {

std::vector<std::string> lines_in(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
    return lines;
}

/// The meaning of the first line that reports an error: the kernel prints the reason before its consequences.
std::optional<check::Explanation> reason_in(const std::vector<std::string>& lines) {
    for (const std::string& line : lines)
        if (auto explanation = check::explain(line); explanation && !explanation->causes.empty()) return explanation;
    return std::nullopt;
}

void add_state(Json& object, CtlProcessor& processor) {
    const auto state = processor.state();
    const auto firmware = processor.firmware();
    object["state"] = state ? Json(to_string(*state)) : Json();
    object["firmware"] = firmware ? Json(*firmware) : Json();
}

Json json_of(const Error& error, const std::vector<std::string>& lines) {
    const auto reason = reason_in(lines);
    return {{"code", name_of(error.code())},
            {"message", error.message()},
            {"hint", error.hint()},
            {"kernel_log", lines},
            {"meaning", reason ? Json(reason->meaning) : Json()}};
}

}  // namespace

Json ctl_object(const CtlScene& scene, const sysfs::ProcessorPlace& place) {
    return {{"schema", "rproc.ctl/1"},
            {"action", scene.options.action},
            {"remoteproc", place.entry},
            {"name", place.name},
            {"node", place.node}};
}

ExitStatus ctl_done(const CtlScene& scene, CtlProcessor& processor, std::string_view sentence) {
    if (scene.options.json) {
        Json object = ctl_object(scene, processor.place());
        object["ok"] = true;
        add_state(object, processor);
        scene.console.out.json(object);
    } else if (!scene.options.quiet) {
        scene.console.out.print("{} ({}) {}\n", processor.place().entry, printable(processor.place().name),
                                printable(sentence));
    }
    return ExitStatus::yes;
}

ExitStatus ctl_failed(const CtlScene& scene, CtlProcessor& processor, const Error& error) {
    const std::vector<std::string> lines = lines_in(error.kernel_line());
    Output& err = scene.console.err;
    report(scene.console, error);
    for (const std::string& line : lines) err.print("       kernel: {}\n", printable(line));
    if (const auto reason = reason_in(lines)) {
        err.wrapped("       means:  ", 15, printable(reason->meaning));
        err.print("       next:   {}\n", printable(reason->causes.front().next));
    }
    if (scene.options.json) {
        Json object = ctl_object(scene, processor.place());
        object["ok"] = false;
        add_state(object, processor);
        object["error"] = json_of(error, lines);
        scene.console.out.json(object);
    }
    return exit_status_of(error);
}

ExitStatus ctl_outcome(const CtlScene& scene, CtlProcessor& processor, const Result<void>& result,
                       std::string_view sentence) {
    return result ? ctl_done(scene, processor, sentence) : ctl_failed(scene, processor, result.error());
}

void ctl_note(const CtlScene& scene, std::string_view text) {
    if (!scene.options.quiet) scene.console.err.print("rproc: note: {}\n", printable(text));
}

}  // namespace rproc::cli
