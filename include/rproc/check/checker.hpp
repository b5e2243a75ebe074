// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/check/verdict.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::check {

/// Says what Linux will do with firmware on a board: boots each on a model of it, and corrects the verdict where the
/// real kernel is known to go wrong (see kernel_defects.hpp). On a board whose processor belongs to a TEE, a software
/// TEE loads it.
///
/// One checker serves any number of firmwares one after the other, and does not grow. Not thread-safe; use one a
/// thread.
class Checker {
  public:
    /// @param policy of the TEE, on a board that has one; by default it takes every signature, and the verdict says so.
    explicit Checker(platform::Board board,
                     tee::SoftwareTeePolicy policy = {.signatures = tee::SoftwareTeePolicy::Signatures::not_verified});

    /// The verdict on one firmware. A firmware that cannot be read is `refused`, too: its finding says why
    /// (firmware-not-found, firmware-unreadable, firmware-empty).
    [[nodiscard]] Verdict check(const FirmwareSource& source);

    [[nodiscard]] const platform::Board& board() const noexcept { return board_; }

  private:
    platform::Board board_;
    tee::SoftwareTeePolicy policy_;
    ModelMemory memory_;
};

}  // namespace rproc::check
