// SPDX-License-Identifier: BSD-2-Clause
// The rproc command: parses the arguments, runs one subcommand, returns its exit status.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace rproc::cli {
namespace {

constexpr std::string_view kFooter =
    "Environment:\n"
    "  RPROC_BOARD          the default for --board; without it, this machine\n"
    "  RPROC_FIRMWARE_PATH  directories, separated by colons, to look for firmware first\n"
    "  RPROC_SYSFS_ROOT     a directory to prepend to /sys, /dev and /proc\n"
    "  RPROC_LOG            debug, info, warn or error: a log on standard error\n"
    "  NO_COLOR             set: no colours unless asked for\n\n"
    "Example:\n"
    "  rproc check build/app.elf     will Linux boot it on the default board?\n\n"
    "`rproc SUBCOMMAND --help` says more, and lists the exit statuses.";

ExitStatus wrong_call(Output& err, std::string_view message, std::string_view help) {
    err.print("rproc: {} {}\n", err.bad("error:"), printable(message));
    err.print("       try `{}`\n", help);
    return ExitStatus::usage;
}

/// The edit distance of two words.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
            diagonal = std::exchange(row[j], std::min({changed, row[j] + 1, row[j - 1] + 1}));
        }
    }
    return row.back();
}

/// The message about a first word that is no subcommand; empty when it is one, or an option.
std::string unknown_subcommand(std::string_view word, const std::vector<Command>& commands) {
    constexpr std::size_t kAlike = 2;
    if (word.empty() || word.front() == '-') return {};
    const auto far = [&](const Command& command) { return distance(word, command.app->get_name()); };
    const auto nearest = std::ranges::min_element(commands, {}, far);
    if (far(*nearest) == 0) return {};
    std::string message = fmt::format("there is no subcommand \"{}\"", word);
    if (far(*nearest) <= kAlike) message += fmt::format("; did you mean {}?", nearest->app->get_name());
    return message;
}

/// Flushes the output. A reader that closed it early (EPIPE) gets no message.
ExitStatus finish(Output& out, Output& err, ExitStatus status) {
    const int error = out.flush();
    if (error == 0) return status;
    if (error != EPIPE) {
        err.print("rproc: {} cannot write the result: {}\n", err.bad("error:"), std::generic_category().message(error));
    }
    return ExitStatus::io_error;
}

ExitStatus run_command(const Command& command) {
    const ColorWhen color = command.options->color;
    const char* const level = std::getenv("RPROC_LOG");
    Console console{Output(stdout, color), Output(stderr, color), make_log(level == nullptr ? "" : level)};
    if (console.log == nullptr) {
        return wrong_call(console.err, fmt::format("RPROC_LOG is \"{}\", not debug, info, warn or error", level),
                          "rproc --help");
    }
    const ExitStatus status = command.run(console);
    return finish(console.out, console.err, status);
}

/// Handles what stopped the parser: --help, --version or an error.
ExitStatus stopped_by_parser(const CLI::App& app, const CLI::ParseError& error) {
    Output out(stdout, ColorWhen::automatic);
    Output err(stderr, ColorWhen::automatic);
    if (error.get_name() == "CallForHelp") {
        out.write(app.help());
        return finish(out, err, ExitStatus::yes);
    }
    if (error.get_name() == "CallForVersion") {
        out.print("{}\n", error.what());
        return finish(out, err, ExitStatus::yes);
    }
    const auto chosen = app.get_subcommands();
    return wrong_call(err, error.what(),
                      chosen.empty() ? "rproc --help" : fmt::format("rproc {} --help", chosen.front()->get_name()));
}

/// Help without the parser's notes on which options go together.
class PlainHelp : public CLI::Formatter {
  public:
    std::string make_option_opts(const CLI::Option* option) const override {
        return option->get_option_text().empty() ? std::string() : " " + option->get_option_text();
    }
};

ExitStatus run(int argc, char** argv) {
    CLI::App app("Says what Linux remoteproc will do with coprocessor firmware on a board.", "rproc");
    app.set_version_flag("--version", "rproc " RPROC_VERSION, "Print the version and exit");
    app.require_subcommand(1);
    app.formatter(std::make_shared<PlainHelp>());
    app.footer(std::string(kFooter));
    const std::vector<Command> commands{add_boot(app),      add_check(app), add_inspect(app), add_boards(app),
                                        add_explain(app),   add_sign(app),  add_verify(app),  add_keys(app),
                                        add_sequences(app), add_trace(app), add_ctl(app),     add_tee(app)};
    if (argc > 1) {
        if (const std::string message = unknown_subcommand(argv[1], commands); !message.empty()) {
            Output err(stderr, ColorWhen::automatic);
            return wrong_call(err, message, "rproc --help");
        }
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return stopped_by_parser(app, error);
    }
    const auto chosen = std::ranges::find_if(commands, [](const Command& command) { return command.app->parsed(); });
    return run_command(*chosen);
}

}  // namespace
}  // namespace rproc::cli

int main(int argc, char** argv) {
    try {
        return static_cast<int>(rproc::cli::run(argc, argv));
    } catch (const std::bad_alloc&) {
        std::fputs("rproc: error: out of memory\n", stderr);
        return static_cast<int>(rproc::cli::ExitStatus::io_error);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "rproc: error: %s\n", error.what());
        return static_cast<int>(rproc::cli::ExitStatus::io_error);
    }
}
