// SPDX-License-Identifier: BSD-2-Clause
// rproc sequences: the boot sequences that were proposed for a TEE, and what each does when something fails.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/sequences/text.hpp"
#include "rproc/study/sequence_study.hpp"

namespace rproc::cli {
namespace {

using check::SequenceRun;
using check::SequenceVariantInfo;
using Json = nlohmann::ordered_json;

struct SequencesOptions : CommonOptions {
    std::vector<std::string> names;
    std::vector<std::string> points;
    bool as_posted = false;

    [[nodiscard]] bool chooses(const SequenceVariantInfo& variant) const {
        return is_chosen(names, variant.sequence) && (variant.is_posted() || !as_posted);
    }
    [[nodiscard]] bool chooses(const check::FailurePointInfo& point) const { return is_chosen(points, point.name); }

  private:
    static bool is_chosen(const std::vector<std::string>& chosen, std::string_view name) {
        return chosen.empty() || std::ranges::find(chosen, name) != chosen.end();
    }
};

Json json_of(const check::RecordedOperation& operation, const check::RecordedOp& op) {
    Json commands = Json::array();
    for (const check::RecordedCommand& command : op.commands) {
        commands.push_back({{"command", tee::name_of(command.command)},
                            {"result", fmt::format("{:#010x}", static_cast<std::uint32_t>(command.result))}});
    }
    return {{"operation", to_string(operation.operation)},
            {"op", to_string(op.step)},
            {"failed", op.failed},
            {"tee", std::move(commands)}};
}

Json json_of(const SequenceRun& run) {
    const SequenceVariantInfo& variant = info_of(run.variant);
    Json ops = Json::array();
    run.record.for_each_op([&](const auto& operation, const auto& op) { ops.push_back(json_of(operation, op)); });
    Json flags = Json::array();
    for (const check::SequenceFlag flag : run.flags) flags.push_back(info_of(flag).name);
    return {{"schema", "rproc.sequences/1"},    {"sequence", variant.sequence}, {"variant", variant.name()},
            {"point", info_of(run.point).name}, {"ops", std::move(ops)},        {"flags", std::move(flags)}};
}

Result<std::vector<SequenceRun>> study(const SequencesOptions& options) {
    std::vector<SequenceRun> runs;
    for (const SequenceVariantInfo& variant : check::sequence_variants()) {
        if (!options.chooses(variant)) continue;
        for (const check::FailurePointInfo& point : check::failure_points()) {
            if (!options.chooses(point)) continue;
            RPROC_TRY_ASSIGN(auto run, check::study_sequence(variant.variant, point.point));
            runs.push_back(std::move(run));
        }
    }
    return runs;
}

ExitStatus run_sequences(Console& console, const SequencesOptions& options) {
    const auto runs = study(options);
    if (!runs) return report(console, runs.error());
    if (options.json) {
        for (const SequenceRun& run : *runs) console.out.json(json_of(run));
        return ExitStatus::yes;
    }
    if (!options.quiet) print_runs(console.out, *runs);
    print_summary(console.out, *runs);
    if (!options.quiet) print_legend(console.out, *runs);
    return ExitStatus::yes;
}

template <class Range>
std::vector<std::string> names_of(const Range& range) {
    std::vector<std::string> names;
    for (const auto& each : range) names.emplace_back(each.name);
    return names;
}

}  // namespace

Command add_sequences(CLI::App& app) {
    auto* const sequences = app.add_subcommand(
        "sequences", "Compare the boot sequences for a TEE: what does each do when something fails?");
    const auto options = std::make_shared<SequencesOptions>();
    sequences->add_option("NAME", options->names, "Sequences: mainline, alternate-boot, load-first; none: all")
        ->check(CLI::IsMember(names_of(check::sequence_designs())))
        ->type_name("");
    sequences->add_option("--point", options->points, "Only this point of failure; may be repeated")
        ->option_text("NAME")
        ->allow_extra_args(false)
        ->check(CLI::IsMember(names_of(check::failure_points())));
    sequences->add_flag("--as-posted", options->as_posted, "Only the posted versions, not rproc's own");
    add_output_options(*sequences, *options);
    add_help_footer(*sequences,
                    "  rproc sequences -q                                       the table alone\n"
                    "  rproc sequences mainline --point get-rsc-table           one design, one failure\n"
                    "  rproc sequences --as-posted --json | jq -c '.flags'\n");
    return {sequences, options, [options](Console& console) { return run_sequences(console, *options); }};
}

}  // namespace rproc::cli
