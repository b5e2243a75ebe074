// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "cli/common/output.hpp"
#include "rproc/study/sequence_study.hpp"

namespace rproc::cli {

/// Prints each run: the ops, the commands that they sent, and the defects.
/// @param runs those of a variant stand together, and variants of a sequence.
void print_runs(Output& out, const std::vector<check::SequenceRun>& runs);

/// Prints the defects of each run as a table of failure points and variants.
/// @param runs of each variant the same points, in the same order; not empty.
void print_summary(Output& out, const std::vector<check::SequenceRun>& runs);

/// Prints the meaning of the defects in the table of these runs.
void print_legend(Output& out, const std::vector<check::SequenceRun>& runs);

}  // namespace rproc::cli
