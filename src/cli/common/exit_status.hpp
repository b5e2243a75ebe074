// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/error.hpp"

namespace rproc::cli {

/// What the command's exit status says. The numbers are stable.
enum class ExitStatus : int {
    yes = 0,         ///< it boots, it could be read
    no = 1,          ///< it would not boot, it is no firmware
    usage = 2,       ///< the call itself is wrong
    not_found = 3,   ///< no such file, board or processor
    busy = 4,        ///< busy, or in the wrong state
    permission = 5,  ///< not allowed
    timeout = 6,     ///< it took too long
    io_error = 7,    ///< reading or writing failed
};

/// The exit status that goes with a refusal.
[[nodiscard]] ExitStatus exit_status_of(const Error& error);

/// Of several outcomes the one to report: the one that kept the command most from its work.
[[nodiscard]] constexpr ExitStatus worse_of(ExitStatus a, ExitStatus b) noexcept { return a < b ? b : a; }

}  // namespace rproc::cli
