// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rproc::test {

/// A program to run, as from a shell.
struct CommandLine {
    /// The target of the program's standard output.
    enum class Stdout {
        captured,      ///< read to its end
        terminal,      ///< a terminal of 80 columns, read to its end
        full_device,   ///< /dev/full: every write fails
        closed_early,  ///< a pipe that is closed before the program starts, with SIGPIPE ignored
        left_to_head,  ///< a pipe that is closed after the first bytes
    };
    /// The user that runs it.
    enum class User { same, nobody };

    std::vector<std::string> arguments{};              ///< the program's path first
    std::map<std::string, std::string> environment{};  ///< in addition to PATH
    std::string input{};                               ///< its standard input
    std::string directory{};                           ///< the working directory; empty: that of the test
    Stdout standard_output = Stdout::captured;
    User user = User::same;  ///< `nobody` has an effect only for root
};

struct CommandResult {
    int status = -1;  ///< of exit, or -1
    int signal = 0;   ///< that ended it, or 0
    std::string out{};
    std::string err{};
    long peak_kib = 0;  ///< the peak of its memory
};

/// Whether this machine has pseudo-terminals; some containers do not.
[[nodiscard]] bool has_terminals();

/// Runs the program to its end. Throws std::system_error where the system refuses.
[[nodiscard]] CommandResult run_command(const CommandLine& command);

}  // namespace rproc::test
