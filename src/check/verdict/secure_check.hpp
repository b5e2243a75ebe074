// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/check/verdict.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::check {

/// The verdict on a firmware for a board whose processor belongs to a TEE.
/// Precondition: `source` gives the same outcome at each request.
[[nodiscard]] Verdict check_signed(const FirmwareSource& source, const platform::Board& board,
                                   const tee::SoftwareTeePolicy& policy, const ModelMemory& memory);

}  // namespace rproc::check
