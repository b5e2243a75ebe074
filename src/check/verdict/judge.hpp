// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "check/verdict/as_kernel_sees.hpp"
#include "check/verdict/trial.hpp"
#include "rproc/check/verdict.hpp"
#include "rproc/platform/stm32mp15_config.hpp"

namespace rproc::check {

/// `boots` or `degraded`, for a firmware that ran.
[[nodiscard]] Outcome outcome_of_running(const Trial& trial);

/// Turns a verdict of the model into `panics` where the real kernel panics while it frees what the table made it
/// take. Adds the finding that says why.
void judge_free(Verdict& verdict, const Trial& trial);

/// The same where memory-region of the board has a phandle of no node, and the boot gets there.
void judge_regions(Verdict& verdict, const platform::Stm32mp15Config& config);

/// The same as `judge_free`, and where it reads outside an ELF file.
void judge_kernel(Verdict& verdict, const Trial& trial, const KernelView& seen);

}  // namespace rproc::check
