// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/command.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <CLI/CLI.hpp>

#include "internal/whole_read.hpp"

namespace rproc::cli {
namespace {

constexpr ErrorText kInputUnreadable{.code = ErrorCode::firmware_unreadable, .message = "cannot be read"};

constexpr std::string_view kExitStatuses =
    "Exit status:\n"
    "  0  yes\n"
    "  1  no: it would not boot\n"
    "  2  the call itself is wrong\n"
    "  3  file, board or processor not found\n"
    "  4  busy, or in the wrong state\n"
    "  5  permission denied\n"
    "  6  timeout\n"
    "  7  input or output error";

ColorWhen color_named(std::string_view name) {
    if (name == "always") return ColorWhen::always;
    return name == "never" ? ColorWhen::never : ColorWhen::automatic;
}

Result<Firmware> read_standard_input() {
    constexpr std::size_t kChunk = 65536;
    const auto before = internal::stamp_of(STDIN_FILENO);  // of a file; a pipe cannot change what was taken out of it
    std::vector<std::byte> bytes;
    internal::ReadCount got{};
    do {
        const std::size_t size = bytes.size();
        bytes.resize(size + kChunk);
        got = internal::read_up_to(STDIN_FILENO, std::span(bytes).subspan(size));
        bytes.resize(size + got.size);
    } while (got.error == 0 && got.size == kChunk);
    if (got.error != 0) return fail(kInputUnreadable, place::StandardInput{});
    if (before && !internal::read_unchanged(STDIN_FILENO, *before))
        return fail(ErrorCode::firmware_changed, place::StandardInput{});
    return Firmware("stdin", std::move(bytes));
}

bool is_path(const std::string& argument) {
    std::error_code ignored;
    return argument.find('/') != std::string::npos || std::filesystem::exists(argument, ignored);
}

/// The board that its kernel got the tree of, named after it: "stm32mp157c-dk2" of "st,stm32mp157c-dk2".
Result<platform::Board> machine_board(const CommonOptions& options) {
    RPROC_TRY_ASSIGN(const auto tree, platform::DeviceTree::read(root_from_environment().sys / "firmware/fdt"));
    const auto compatible = tree.root().strings("compatible");
    std::string name = compatible.empty() ? "fdt" : compatible.front();
    name.erase(0, name.find(',') + 1);
    return platform::board_from(tree, std::move(name), options.node, options.kernel);
}

/// Not an error: the machine has no remote processor that rproc knows.
bool has_no_processor(const Error& error) {
    return error.code() == ErrorCode::firmware_not_found || error.code() == ErrorCode::firmware_unreadable ||
           error.code() == ErrorCode::dt_node_missing || error.code() == ErrorCode::dt_node_disabled;
}

}  // namespace

std::shared_ptr<spdlog::logger> make_log(std::string_view level) {
    static const std::map<std::string_view, spdlog::level::level_enum> levels{
        {"", spdlog::level::off},      {"debug", spdlog::level::debug}, {"info", spdlog::level::info},
        {"warn", spdlog::level::warn}, {"error", spdlog::level::err},
    };
    const auto found = levels.find(level);
    if (found == levels.end()) return nullptr;
    auto log = std::make_shared<spdlog::logger>("rproc", std::make_shared<spdlog::sinks::stderr_sink_st>());
    log->set_pattern("%H:%M:%S.%e %-5l %v");
    log->set_level(found->second);
    return log;
}

void add_output_options(CLI::App& app, CommonOptions& options) {
    app.add_flag("--json", options.json, "One JSON object a line");
    app.add_flag("-q,--quiet", options.quiet, "Print less");
    app.add_option_function<std::string>(
           "--color", [&options](const std::string& when) { options.color = color_named(when); },
           "auto, always or never")
        ->option_text("WHEN")
        ->check(CLI::IsMember({"auto", "always", "never"}));
}

void add_common_options(CLI::App& app, CommonOptions& options) {
    auto* const board =
        app.add_option("--board", options.board, "Embedded board; see `rproc boards`")->option_text("NAME");
    app.add_option("--dtb", options.dtb, "The board's own device tree blob")->option_text("FILE")->excludes(board);
    app.add_option("--node", options.node, "Which remote processor of the tree: its name or path")->option_text("NAME");
    app.add_option_function<std::string>(
           "--kernel", [&options](const std::string& text) { options.kernel = platform::KernelVersion::parse(text); },
           "Linux whose driver reads the tree: 6.1, 6.12; by default 6.1, or 6.5 for a tree that 6.1 cannot read")
        ->option_text("VERSION")
        ->check([](const std::string& text) {
            return platform::KernelVersion::parse(text) ? std::string() : text + " is no version of Linux: 6.12";
        });
    app.add_flag("-v,--verbose", options.verbose, "Print more");
    add_output_options(app, options);
    app.get_option("--quiet")->excludes(app.get_option("--verbose"));
}

void add_help_footer(CLI::App& app, std::string_view examples) {
    app.footer(fmt::format("Examples:\n{}\n{}", examples, kExitStatuses));
}

sysfs::SysfsRoot root_from_environment() {
    const char* const root = std::getenv("RPROC_SYSFS_ROOT");
    return root == nullptr || *root == '\0' ? sysfs::SysfsRoot{} : sysfs::SysfsRoot::below(root);
}

Result<ChosenBoard> choose_board(const CommonOptions& options) {
    const auto chosen = [](Result<platform::Board> board, BoardChoice choice) -> Result<ChosenBoard> {
        if (!board) return fail(std::move(board).error());
        return ChosenBoard{*std::move(board), choice};
    };
    if (options.dtb)
        return chosen(platform::read_board(*options.dtb, options.node, options.kernel), BoardChoice::named);
    if (options.board)
        return chosen(platform::embedded_board(*options.board, options.node, options.kernel), BoardChoice::named);
    const char* const named = std::getenv("RPROC_BOARD");
    if (named != nullptr && *named != '\0')
        return chosen(platform::embedded_board(named, options.node, options.kernel), BoardChoice::named);
    auto machine = machine_board(options);
    if (machine || !has_no_processor(machine.error())) return chosen(std::move(machine), BoardChoice::machine);
    const bool denied = machine.error().code() == ErrorCode::firmware_unreadable;
    return chosen(platform::embedded_board(platform::kDefaultBoard, options.node, options.kernel),
                  denied ? BoardChoice::unreadable : BoardChoice::by_default);
}

FirmwareSource firmware_source(const std::string& argument) {
    if (argument == kStandardInput) {
        return {"stdin", [firmware = read_standard_input()] { return firmware; }};
    }
    if (is_path(argument)) return firmware_file(argument);
    return FirmwareSearchPath::system().source(argument);
}

ExitStatus report(Console& console, const Error& error) {
    console.err.wrapped(fmt::format("rproc: {} ", console.err.bad("error:")), 14, printable(error.message()));
    if (!error.hint().empty()) console.err.wrapped("       hint:  ", 14, printable(error.hint()));
    return exit_status_of(error);
}

ExitStatus wrong_call(Console& console, std::string_view subcommand, std::string_view message) {
    console.err.wrapped(fmt::format("rproc: {} ", console.err.bad("error:")), 14, message);
    console.err.print("       try `rproc {} --help`\n", subcommand);
    return ExitStatus::usage;
}

std::string describe(const ChosenBoard& chosen) {
    const auto why = [&]() -> std::string_view {
        switch (chosen.choice) {
            case BoardChoice::named: return "";
            case BoardChoice::machine: return ", this machine";
            case BoardChoice::unreadable: return ", the default board; only root can read this machine's device tree";
            case BoardChoice::by_default: return ", the default board";
        }
        return "";
    };
    return fmt::format("{} ({}){}", printable(chosen.board.name), printable(chosen.board.config.name), why());
}

}  // namespace rproc::cli
