// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rproc::test {

/// A program to run, as a user would from a shell.
struct CommandLine {
    /// What becomes of the program's standard output.
    enum class Stdout {
        captured,      ///< read to its end
        terminal,      ///< a terminal of 80 columns, read to its end
        full_device,   ///< /dev/full: every write fails
        closed_early,  ///< a pipe whose reader leaves before the program starts, with SIGPIPE ignored
        left_to_head,  ///< a pipe whose reader leaves after the first bytes
    };
    /// Who runs it.
    enum class User { same, nobody };

    std::vector<std::string> arguments{};              ///< the program's path first
    std::map<std::string, std::string> environment{};  ///< all that the program gets, besides PATH
    std::string input{};                               ///< its standard input
    std::string directory{};                           ///< where it runs; empty: here
    Stdout standard_output = Stdout::captured;
    User user = User::same;  ///< `nobody` needs root, and changes nothing without
};

struct CommandResult {
    int status = -1;  ///< of exit, or -1
    int signal = 0;   ///< that ended it, or 0
    std::string out{};
    std::string err{};
    long peak_kib = 0;  ///< the most memory that it held at a time
};

/// Whether this machine hands out pseudo-terminals; some containers do not.
[[nodiscard]] bool has_terminals();

/// Runs the program to its end. Throws std::system_error where the system refuses.
[[nodiscard]] CommandResult run_command(const CommandLine& command);

}  // namespace rproc::test
