// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "cli/common/command.hpp"

/// The subcommands. Each adds its parser to `app` and says what to run when it was chosen.
namespace rproc::cli {

[[nodiscard]] Command add_boot(CLI::App& app);
[[nodiscard]] Command add_check(CLI::App& app);
[[nodiscard]] Command add_inspect(CLI::App& app);
[[nodiscard]] Command add_boards(CLI::App& app);
[[nodiscard]] Command add_explain(CLI::App& app);
[[nodiscard]] Command add_sign(CLI::App& app);
[[nodiscard]] Command add_keys(CLI::App& app);
[[nodiscard]] Command add_verify(CLI::App& app);
[[nodiscard]] Command add_sequences(CLI::App& app);
[[nodiscard]] Command add_trace(CLI::App& app);
[[nodiscard]] Command add_ctl(CLI::App& app);
[[nodiscard]] Command add_tee(CLI::App& app);

}  // namespace rproc::cli
