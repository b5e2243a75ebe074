// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cerrno>

#include "check/verdict/judge.hpp"
#include "check/verdict/trial.hpp"
#include "rproc/check/verdict.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/platform/board.hpp"

namespace rproc::check {

/// The model's verdict, before the kernel's own defects are taken into account.
[[nodiscard]] inline Verdict verdict_of(const Trial& trial, const FirmwareSource& source,
                                        const platform::Board& board) {
    Verdict verdict;
    verdict.firmware = source.name();
    verdict.board = board.name;
    verdict.remoteproc = board.config.name;
    verdict.outcome = trial.error ? Outcome::refused : outcome_of_running(trial);
    verdict.errno_value = trial.error ? trial.error->errno_value() : 0;
    verdict.state = trial.error ? State::offline : State::running;
    verdict.stop_errno = trial.error ? EINVAL : 0;
    verdict.kernel_log = trial.record.kernel_log();
    return verdict;
}

}  // namespace rproc::check
