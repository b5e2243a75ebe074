// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "cli/common/command.hpp"
#include "rproc/check/explain.hpp"
#include "rproc/check/explain_log.hpp"

namespace rproc::cli {

/// Prints an explanation as the options say: as JSON (rproc.explain/1), as one line, or as a page.
void print_explanation(Output& out, const CommonOptions& options, const check::Explanation& explanation);

/// Prints what a log tells of one boot: its causes as `print_explanation` does, then their consequences.
/// @param number of the boot in the log, from 1.
/// @param seen subjects that were explained before: they are only named. Grows.
void print_attempt(Output& out, const CommonOptions& options, const check::Attempt& attempt, std::size_t number,
                   std::set<std::string>& seen);

}  // namespace rproc::cli
