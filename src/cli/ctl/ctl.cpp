// SPDX-License-Identifier: BSD-2-Clause
// rproc ctl: the parser, and which action does what.
#include "cli/ctl/scene.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace rproc::cli {
namespace {

struct OneAction {
    std::string_view name;
    std::string_view argument;  ///< the argument's name, or empty
    ExitStatus (*run)(const CtlScene&, CtlProcessor&);
};

constexpr std::array kOneActions{
    OneAction{"info", "", ctl_info},       OneAction{"start", "", ctl_start}, OneAction{"stop", "", ctl_stop},
    OneAction{"restart", "", ctl_restart}, OneAction{"load", "FW", ctl_load}, OneAction{"swap", "FW", ctl_swap},
    OneAction{"trace", "", ctl_trace},     OneAction{"crash", "", ctl_crash}, OneAction{"dump", "FILE", ctl_dump},
};

constexpr std::string_view kActions =
    "Actions:\n"
    "  list     all remote processors of this machine\n"
    "  info     one of them, with its memories, resource table and traces\n"
    "  start    boot its firmware, or attach to it\n"
    "  stop     stop it\n"
    "  restart  stop it if it is up, and start it\n"
    "  load     name the firmware of the next start: FW, relative to /lib/firmware\n"
    "  swap     stop, load FW, start, verify that FW runs; if not, start the old firmware\n"
    "  trace    print its trace buffers; -f: follow them\n"
    "  crash    make it crash, and wait for its recovery\n"
    "  dump     write the coredump of its last crash to FILE, and free it\n"
    "  watch    print every change of state and the kernel's lines, until interrupted\n\n";

constexpr std::string_view kExamples =
    "  rproc ctl list\n"
    "  rproc ctl load app.elf && rproc ctl start\n"
    "  rproc ctl swap --remoteproc m4 app-2.elf\n"
    "  rproc ctl trace -f\n";

/// Why the options do not fit together; empty when they do.
std::string mistake_in(const CtlOptions& options, std::string_view wanted) {
    if (!wanted.empty() && options.argument.empty()) return fmt::format("{} needs {}", options.action, wanted);
    if (wanted.empty() && !options.argument.empty())
        return fmt::format("{} takes no \"{}\"; a processor is named with --remoteproc", options.action,
                           printable(options.argument));
    if (options.action != "trace" && (options.follow || !options.names.empty()))
        return "--follow and --name go with trace";
    return {};
}

ExitStatus run_ctl(Console& console, const CtlOptions& options) {
    const auto* const action = std::ranges::find(kOneActions, options.action, &OneAction::name);
    const bool on_one = action != kOneActions.end();
    if (const std::string mistake = mistake_in(options, on_one ? action->argument : ""); !mistake.empty())
        return wrong_call(console, "ctl", mistake);
    const CtlScene scene{console, options, root_from_environment()};
    if (!on_one) return options.action == "list" ? ctl_list(scene) : ctl_watch(scene);
    const auto place = scene.choose();
    if (!place) return report(console, place.error());
    CtlProcessor processor = scene.processor(*place);
    return action->run(scene, processor);
}

}  // namespace

Command add_ctl(CLI::App& app) {
    constexpr double kLongestTimeout = 86'400;
    constexpr std::uint32_t kLongestInterval = 60'000;
    auto* const ctl = app.add_subcommand("ctl", "Control the remote processors of this machine's kernel");
    const auto options = std::make_shared<CtlOptions>();
    ctl->add_option("ACTION", options->action, "What to do; see below")
        ->required()
        ->type_name("")
        ->option_text(" ")
        ->check(CLI::IsMember(
            {"list", "info", "start", "stop", "restart", "load", "swap", "trace", "crash", "dump", "watch"}));
    ctl->add_option("ARGUMENT", options->argument, "The firmware's name for load and swap, the file for dump")
        ->type_name("");
    ctl->add_option("--remoteproc", options->remoteproc,
                    "Which one: its name, its number, or the path of its device tree node; without, the only one")
        ->option_text("NAME");
    ctl->add_option("--timeout", options->timeout, "How long to wait for a state: 10 seconds, or SECONDS")
        ->option_text("SECONDS")
        ->check(CLI::Range(0.0, kLongestTimeout));
    ctl->add_option("-n,--name", options->names, "trace: only this buffer, by name or number; may be repeated")
        ->option_text("NAME")
        ->allow_extra_args(false);
    ctl->add_flag("-f,--follow", options->follow, "trace: print new text until interrupted");
    ctl->add_option("--interval", options->interval, "The poll interval of trace -f and watch; 100 ms by default")
        ->option_text("MS")
        ->check(CLI::Range(std::uint32_t{1}, kLongestInterval));
    add_output_options(*ctl, *options);
    add_help_footer(*ctl, kExamples);
    ctl->footer(std::string(kActions) + ctl->get_footer());
    return {ctl, options, [options](Console& console) { return run_ctl(console, *options); }};
}

}  // namespace rproc::cli
