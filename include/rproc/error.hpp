// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "rproc/error_code.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// How much a reported problem matters to whoever boots the firmware.
enum class Severity {
    note,     ///< worth knowing
    warning,  ///< it runs, but something that the firmware asked for is missing or works by luck
    error,    ///< the operation is refused
};

[[nodiscard]] constexpr std::string_view to_string(Severity severity) noexcept {
    switch (severity) {
        case Severity::note: return "note";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "unknown";
}

/// The one error type: what was wrong, where in the input, what the kernel would say, and what to do about it.
/// A plain value; it refers to nothing.
struct Error {
    ErrorCode code{};
    std::string what{};         ///< one sentence in the user's words, without full stop
    std::string where{};        ///< the place in the input, e.g. "segment 1 (0x80100000+0x540)"; may be empty
    std::string kernel_line{};  ///< the line Linux prints for it, without device prefix; empty when it prints none
    std::string hint{};         ///< what to do; may be empty
    Step step = Step::none;     ///< filled in by the boot sequence

    /// The positive errno that Linux returns for it (22 for -EINVAL); see `errno_of`.
    [[nodiscard]] int errno_value() const noexcept { return errno_of(code); }

    /// What the kernel's function returns and prints: -22, or 1 in the one case where a refusal is taken for success.
    [[nodiscard]] int kernel_result() const noexcept { return errno_value() == 0 ? 1 : -errno_value(); }

    /// One line for a person: "segment 1 (0x80100000+0x540): does not lie in any memory ..."
    [[nodiscard]] std::string message() const { return where.empty() ? what : where + ": " + what; }
};

}  // namespace rproc
