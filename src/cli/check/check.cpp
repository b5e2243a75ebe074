// SPDX-License-Identifier: BSD-2-Clause
// rproc check: will Linux boot these firmwares on this board, and if not, why.

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/check/firmware_list.hpp"
#include "cli/commands.hpp"
#include "cli/common/json_of_place.hpp"
#include "cli/common/tee_options.hpp"
#include "cli/explain/explanation_view.hpp"
#include "rproc/check/checker.hpp"
#include "rproc/check/explain.hpp"

namespace rproc::cli {
namespace {

using check::Finding;
using check::Outcome;
using check::Verdict;
using Json = nlohmann::ordered_json;

struct CheckOptions : CommonOptions {
    FirmwareList firmwares;
    bool strict = false;
    std::string tee_tree;  ///< a file, or empty
    std::string finding;   ///< the code to explain, in place of a check
};

/// The number of firmwares by outcome.
struct Tally {
    std::array<std::size_t, 4> outcomes{};  ///< by Outcome
    std::size_t unread = 0;                 ///< missing, or not readable
    std::size_t foreign = 0;                ///< for another kind of processor than that of the default board
    ExitStatus status = ExitStatus::yes;

    [[nodiscard]] std::size_t of(Outcome outcome) const { return outcomes[static_cast<std::size_t>(outcome)]; }
    [[nodiscard]] std::size_t all() const {
        return unread + foreign + of(Outcome::boots) + of(Outcome::degraded) + of(Outcome::refused) +
               of(Outcome::panics);
    }
};

Json virtio_json(const Verdict& verdict) {
    Json list = Json::array();
    for (const auto& device : verdict.virtio)
        list.push_back({{"index", device.index}, {"id", device.id}, {"registered", device.registered}});
    return list;
}

Json findings_json(const Verdict& verdict) {
    Json list = Json::array();
    for (const Finding& finding : verdict.findings) {
        list.push_back(finding_json(finding));
    }
    return list;
}

Json json_of(const Verdict& verdict) {
    Json object{{"schema", "rproc.check/1"},
                {"firmware", verdict.firmware},
                {"format", verdict.format},
                {"board", verdict.board},
                {"remoteproc", verdict.remoteproc},
                {"kernel", verdict.kernel},
                {"verdict", to_string(verdict.outcome)}};
    object["errno"] = verdict.errno_value ? Json(*verdict.errno_value) : Json(nullptr);
    object["errno_name"] = verdict.errno_value ? Json(check::errno_name(*verdict.errno_value)) : Json(nullptr);
    object["state"] = verdict.state ? Json(to_string(*verdict.state)) : Json(nullptr);
    object["virtio"] = virtio_json(verdict);
    object["kernel_log"] = verdict.kernel_log;
    object["findings"] = findings_json(verdict);
    return object;
}

/// The verdict in JSON of a firmware that the default board says nothing about.
/// @param why the only finding.
Json json_without_verdict(const Verdict& verdict, const Finding& why) {
    Json object = json_of(verdict);
    for (const char* const field : {"board", "remoteproc", "kernel", "verdict", "errno", "errno_name", "state"})
        object[field] = nullptr;
    object["virtio"] = Json::array();
    object["kernel_log"] = Json::array();
    object["findings"] = Json::array({finding_json(why)});
    return object;
}

std::string outcome_text(const Output& out, const Verdict& verdict) {
    switch (verdict.outcome) {
        case Outcome::boots: return out.good("boots");
        case Outcome::degraded: return out.warn("boots degraded");
        case Outcome::refused: return out.bad("refused");
        case Outcome::panics: return out.bad("panics the kernel");
    }
    return "unknown";
}

std::string errno_text(const Verdict& verdict) {
    if (verdict.outcome != Outcome::refused || !verdict.errno_value) return {};
    if (*verdict.errno_value == 0) return ", reported as success";
    return fmt::format(", -{} {}", *verdict.errno_value, check::errno_name(*verdict.errno_value));
}

std::string severity_text(const Output& out, Severity severity) {
    std::string word = padded(to_string(severity), 9);
    switch (severity) {
        case Severity::error: return out.bad(word);
        case Severity::warning: return out.warn(word);
        case Severity::note: return out.dim(word);
    }
    return word;
}

std::string message_of(const Finding& finding) { return printable(finding.message_with_place()); }

void print_finding(Output& out, const Finding& finding) {
    constexpr std::size_t kIndent = 13;
    const std::string text = fmt::format("{} [{}]", message_of(finding), finding.code.name());
    out.wrapped("    " + severity_text(out, finding.severity), kIndent, text);
    if (!finding.hint.empty()) out.wrapped("             hint: ", kIndent + 6, printable(finding.hint));
}

/// Whether the line is printed in every boot.
bool is_routine(std::string_view line) {
    return line.starts_with("powering up ") || line.starts_with("firmware: direct-loading ") ||
           line.starts_with("Booting fw image ");
}

void print_kernel_log(Output& out, const Verdict& verdict, bool verbose) {
    std::string_view head = "kernel";
    for (const std::string& line : verdict.kernel_log) {
        if (verbose || !is_routine(line))
            out.print("    {}{}\n", out.dim(padded(std::exchange(head, ""), 9)), printable(line));
    }
}

void print_verdict(Output& out, const Verdict& verdict, bool verbose) {
    const bool fails = verdict.outcome == Outcome::refused || verdict.outcome == Outcome::panics;
    const bool reference = verdict.kernel == platform::kReferenceKernel.to_string();
    out.print("{}: {} on {} ({}){}{}\n", out.bold(printable(verdict.firmware)), outcome_text(out, verdict),
              printable(verdict.board), printable(verdict.remoteproc),
              reference ? "" : fmt::format(" with Linux {}", verdict.kernel), errno_text(verdict));
    for (const Finding& finding : verdict.findings) print_finding(out, finding);
    if (fails || verbose) print_kernel_log(out, verdict, verbose);
}

/// One line for a firmware that fails: the first finding of the highest severity.
void print_failure(Output& out, const Verdict& verdict) {
    const auto worst = std::ranges::max_element(verdict.findings, {}, &Finding::severity);
    out.print("{}: {}{}\n", printable(verdict.firmware), outcome_text(out, verdict),
              worst == verdict.findings.end() ? "" : ": " + message_of(*worst));
}

void print_summary(Output& out, const Tally& tally) {
    std::vector<std::string> parts;
    const auto add = [&](std::size_t count, std::string_view what) {
        if (count != 0) parts.push_back(fmt::format("{} {}", grouped(count), what));
    };
    add(tally.of(Outcome::boots), "boot");
    add(tally.of(Outcome::degraded), "degraded");
    add(tally.of(Outcome::refused), "refused");
    add(tally.of(Outcome::panics), "panic the kernel");
    add(tally.foreign, "without a verdict");
    add(tally.unread, "not read");
    out.print("{}\n", fmt::join(parts, ", "));
}

/// Checks firmwares one after the other, and prints the verdicts.
class CheckRun {
  public:
    CheckRun(Console& console, const CheckOptions& options, ChosenBoard chosen)
        : console_(console), options_(options), choice_(chosen.choice), checker_(std::move(chosen.board)) {}

    void check(const std::string& argument) {
        console_.log->debug("checking {}", argument);
        const FirmwareSource source = firmware_source(argument).requested();
        const auto firmware = source.request();
        const ExitStatus reading = firmware ? ExitStatus::yes : exit_status_of(firmware.error());
        Verdict verdict = checker_.check(source);
        verdict.firmware = argument;  // as the caller knows it
        console_.log->info("{}: {}", argument, to_string(verdict.outcome));
        if (const Finding* const why = foreign_to_default_board(verdict); why != nullptr)
            return ask_for_board(verdict, *why);
        count(verdict, reading);
        if (options_.json) {
            console_.out.json(json_of(verdict));
        } else if (reading > ExitStatus::no) {
            report(console_, firmware.error());
        } else {
            print(verdict);
        }
    }

    [[nodiscard]] const Tally& tally() const noexcept { return tally_; }

  private:
    /// The finding that the firmware is for another kind of processor, where that processor is the default board's,
    /// which says nothing about the firmware of another SoC; null otherwise.
    [[nodiscard]] const Finding* foreign_to_default_board(const Verdict& verdict) const {
        if (choice_ == BoardChoice::named || choice_ == BoardChoice::machine) return nullptr;
        const auto is_foreign = [](const Finding& each) {
            return each.code == check::FindingCode::elf_machine_foreign;
        };
        const auto found = std::ranges::find_if(verdict.findings, is_foreign);
        return found == verdict.findings.end() ? nullptr : &*found;
    }

    void ask_for_board(const Verdict& verdict, const Finding& why) {
        ++tally_.foreign;
        tally_.status = worse_of(tally_.status, ExitStatus::usage);
        if (options_.json) return console_.out.json(json_without_verdict(verdict, why));
        console_.out.print("{}: {}\n", console_.out.bold(printable(verdict.firmware)),
                           console_.out.warn("no verdict without a board: give --board or --dtb"));
        if (!options_.quiet) print_finding(console_.out, why);
    }

    [[nodiscard]] bool fails(const Verdict& verdict) const {
        switch (verdict.outcome) {
            case Outcome::boots: return false;
            case Outcome::degraded: return options_.strict;
            case Outcome::refused:
            case Outcome::panics: return true;
        }
        return true;
    }

    void count(const Verdict& verdict, ExitStatus reading) {
        const ExitStatus answer = fails(verdict) ? ExitStatus::no : ExitStatus::yes;
        tally_.status = worse_of(tally_.status, worse_of(answer, reading));
        if (reading > ExitStatus::no) {
            ++tally_.unread;
        } else {
            ++tally_.outcomes[static_cast<std::size_t>(verdict.outcome)];
        }
    }

    void print(const Verdict& verdict) {
        if (!options_.quiet) {
            print_verdict(console_.out, verdict, options_.verbose);
        } else if (fails(verdict)) {
            print_failure(console_.out, verdict);
        }
    }

    Console& console_;
    const CheckOptions& options_;
    BoardChoice choice_;
    check::Checker checker_;
    Tally tally_;
};

/// Why arguments that the parser accepted are wrong; empty when they are not.
std::string mistake_in(const FirmwareList& list) {
    if (list.arguments.empty() && list.files_from.empty()) return "no firmware named";
    if (list.files_from == kStandardInput &&
        std::ranges::find(list.arguments, kStandardInput) != list.arguments.end()) {
        return "standard input cannot be both a firmware and the list of them";
    }
    if (list.recursive) return {};
    for (const std::string& argument : list.arguments) {
        std::error_code ignored;
        if (std::filesystem::is_directory(argument, ignored))
            return fmt::format("{} is a directory; give -r to check what is in it", printable(argument));
    }
    return {};
}

ExitStatus run_explain(Console& console, const CheckOptions& options) {
    const auto explanation = check::explain(options.finding);
    if (!explanation || explanation->kind != check::ExplanationKind::finding)
        return wrong_call(
            console, "check",
            fmt::format("--explain takes the code of a finding, and \"{}\" is none; errnos and lines of the "
                        "kernel are for rproc explain",
                        printable(options.finding)));
    print_explanation(console.out, options, *explanation);
    return ExitStatus::yes;
}

ExitStatus run_check(Console& console, const CheckOptions& options) {
    if (!options.finding.empty()) return run_explain(console, options);
    if (const std::string mistake = mistake_in(options.firmwares); !mistake.empty())
        return wrong_call(console, "check", mistake);
    auto chosen = choose_board(options);
    if (!chosen) return report(console, chosen.error());
    if (!options.tee_tree.empty() && !chosen->board.config.tee)
        return wrong_call(console, "check", "--tee-dtb goes with a board whose processor belongs to a TEE");
    const auto applied = apply_tee_tree(options.tee_tree, chosen->board.config);
    if (!applied) return report(console, applied.error());
    if (chosen->choice != BoardChoice::named && !options.json && !options.quiet)
        console.err.print("rproc: note: no board named, so this is about {}\n", describe(*chosen));
    CheckRun run(console, options, *std::move(chosen));
    const auto listed = for_each_firmware(options.firmwares, [&](const std::string& name) { run.check(name); });
    ExitStatus status = run.tally().status;
    if (!listed) status = worse_of(status, report(console, listed.error()));
    if (listed && run.tally().all() == 0) {
        console.err.print("rproc: {} there is no firmware to check\n", console.err.bad("error:"));
        return ExitStatus::not_found;
    }
    if (run.tally().all() > 1 && !options.json && !options.quiet) print_summary(console.out, run.tally());
    return status;
}

}  // namespace

Command add_check(CLI::App& app) {
    auto* const check = app.add_subcommand("check", "Say whether Linux boots firmware on a board, and if not, why");
    const auto options = std::make_shared<CheckOptions>();
    auto* const firmwares =
        check->add_option("FW", options->firmwares.arguments, "Firmware: a file, - for standard input, or a name");
    firmwares->type_name("");
    check->add_flag("-r,--recursive", options->firmwares.recursive, "Check all files in the directories named");
    check->add_option("--files-from", options->firmwares.files_from, "Read more names, one a line; - is standard input")
        ->option_text("FILE");
    check->add_flag("--strict", options->strict, "Exit with 1 for degraded firmware, too");
    check->add_option("--explain", options->finding, "Say what a finding means, with an example, causes and fixes")
        ->option_text("CODE")
        ->excludes(firmwares);
    add_tee_tree_option(*check, options->tee_tree);
    add_common_options(*check, *options);
    add_help_footer(*check,
                    "  rproc check app.elf                     on the default board\n"
                    "  rproc check --dtb board.dtb -r build/   every file in build/, on your own board\n"
                    "  rproc check --json app.elf | jq .verdict\n"
                    "  rproc check --explain vring-misfit      what a finding means\n");
    return {check, options, [options](Console& console) { return run_check(console, *options); }};
}

}  // namespace rproc::cli
