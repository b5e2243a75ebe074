// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "cli/common/command.hpp"
#include "rproc/check/explain.hpp"

namespace rproc::cli {

/// Prints an explanation as the options say: as JSON (rproc.explain/1), as one line, or as a page.
void print_explanation(Output& out, const CommonOptions& options, const check::Explanation& explanation);

}  // namespace rproc::cli
