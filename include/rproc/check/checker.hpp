// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/check/verdict.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::check {

/// Predicts what Linux does with firmware on a board: boots it on a model of the board, and corrects the verdict for
/// known defects of the real kernel (see kernel_defects.hpp). On a board whose processor belongs to a TEE, a software
/// TEE loads the firmware.
///
/// One checker checks any number of firmwares in sequence, with constant memory use. Not thread-safe; use one per
/// thread.
class Checker {
  public:
    /// @param board copied into the checker.
    /// @param policy of the TEE, on a board with one. The default makes OP-TEE's checks and accepts every signature,
    ///   and the verdict has a note about that. With Checks::as_optee, what Checks::strict objects to is a warning.
    explicit Checker(platform::Board board,
                     tee::SoftwareTeePolicy policy = {.signatures = tee::SoftwareTeePolicy::Signatures::not_verified,
                                                      .checks = tee::SoftwareTeePolicy::Checks::as_optee});

    /// Checks one firmware.
    /// @returns the verdict. A firmware that cannot be read has Outcome::refused, with a finding (firmware-not-found,
    ///   firmware-unreadable, firmware-empty).
    [[nodiscard]] Verdict check(const FirmwareSource& source);

    /// The board; valid as long as the checker.
    [[nodiscard]] const platform::Board& board() const noexcept { return board_; }

  private:
    platform::Board board_;
    tee::SoftwareTeePolicy policy_;
    ModelMemory memory_;
};

}  // namespace rproc::check
