// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <spdlog/logger.h>

#include "cli/common/exit_status.hpp"
#include "cli/common/output.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/result.hpp"
#include "rproc/sysfs/sysfs_find.hpp"

/// Declared only: CLI11 is header-only, and each file that includes it compiles it whole.
namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace rproc::cli {

/// The options that every subcommand has.
struct CommonOptions {
    std::optional<std::string> board;
    std::optional<std::string> dtb;
    std::string node;
    std::optional<platform::KernelVersion> kernel;
    bool json = false;
    bool verbose = false;
    bool quiet = false;
    ColorWhen color = ColorWhen::automatic;
};

/// The outputs of a subcommand: results, errors, and the log of RPROC_LOG.
struct Console {
    Output out;
    Output err;
    std::shared_ptr<spdlog::logger> log;
};

/// A subcommand: its parser, its options and its function.
struct Command {
    CLI::App* app;
    std::shared_ptr<const CommonOptions> options;
    std::function<ExitStatus(Console&)> run;
};

/// A log on stderr: "debug", "info", "warn", "error", or "" for none; null for any other level.
[[nodiscard]] std::shared_ptr<spdlog::logger> make_log(std::string_view level);

/// Adds --json, --quiet and --color to a subcommand.
void add_output_options(CLI::App& app, CommonOptions& options);

/// Adds --board, --dtb, --node, --json, --verbose, --quiet and --color to a subcommand.
void add_common_options(CLI::App& app, CommonOptions& options);

/// The end of a subcommand's help: examples, then the exit statuses.
void add_help_footer(CLI::App& app, std::string_view examples);

/// How a board was chosen.
enum class BoardChoice {
    named,       ///< an option or the environment names it
    machine,     ///< this machine
    unreadable,  ///< the default board; this machine has a tree of its own, which only root may read
    by_default,  ///< the default board
};

/// The board of an operation.
struct ChosenBoard {
    platform::Board board;
    BoardChoice choice;
};

/// The mount points of sysfs and so on, below RPROC_SYSFS_ROOT when that is set.
[[nodiscard]] sysfs::SysfsRoot root_from_environment();

/// --dtb, else --board, else RPROC_BOARD from the environment, else this machine's own tree (/sys/firmware/fdt) when it
/// has a remote processor, else the default board.
/// @returns the board, or an error of `embedded_board` or `read_board`.
[[nodiscard]] Result<ChosenBoard> choose_board(const CommonOptions& options);

/// The name of standard input as an argument.
inline constexpr std::string_view kStandardInput = "-";

/// What FW names: standard input ("-", read at once), a file when it contains '/' or exists, else a name that is looked
/// up where Linux looks.
[[nodiscard]] FirmwareSource firmware_source(const std::string& argument);

/// Prints the error and its hint as text.
/// @returns the exit status of the error.
ExitStatus report(Console& console, const Error& error);

/// Prints why a call that the parser accepted is wrong, and the command that prints the help.
ExitStatus wrong_call(Console& console, std::string_view subcommand, std::string_view message);

/// "stm32mp157c-dk2 (m4)", and how it was chosen unless it was named.
[[nodiscard]] std::string describe(const ChosenBoard& chosen);

}  // namespace rproc::cli
