// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "cli/common/output.hpp"
#include "rproc/study/sequence_study.hpp"

namespace rproc::cli {

/// Prints each run: what the ops were, which commands they sent, and what is wrong with that.
/// @param runs those of a variant stand together, and variants of a sequence.
void print_runs(Output& out, const std::vector<check::SequenceRun>& runs);

/// Prints what is wrong with each run as a table of points of failure and variants.
/// @param runs of each variant the same points, in the same order; not empty.
void print_summary(Output& out, const std::vector<check::SequenceRun>& runs);

/// Prints what the words mean that the table has for these runs.
void print_legend(Output& out, const std::vector<check::SequenceRun>& runs);

}  // namespace rproc::cli
