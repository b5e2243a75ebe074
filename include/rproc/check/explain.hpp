// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rproc::check {

/// What a text turned out to be.
enum class ExplanationKind {
    errno_value,  ///< what a write to a file of remoteproc in sysfs returned
    tee_result,   ///< what OP-TEE's remoteproc trusted application returned
    kernel_line,  ///< a line of the kernel's log
    finding,      ///< the code of a finding of `rproc check`
};

/// "errno", "tee", "kernel-line", "finding"
[[nodiscard]] constexpr std::string_view to_string(ExplanationKind kind) noexcept {
    switch (kind) {
        case ExplanationKind::errno_value: return "errno";
        case ExplanationKind::tee_result: return "tee";
        case ExplanationKind::kernel_line: return "kernel-line";
        case ExplanationKind::finding: return "finding";
    }
    return "unknown";
}

/// Why it may have come to this.
struct Cause {
    std::string what;
    std::string next;  ///< the command to run next, here or on the board; FW stands for the firmware's file
};

/// An error in words. Plain data.
struct Explanation {
    ExplanationKind kind;
    std::string subject;  ///< what is explained: "-22 EINVAL", or the line without time and device
    std::string meaning;
    std::vector<Cause> causes;  ///< the likely ones, the likeliest first; at least one
    std::string example{};      ///< of the arithmetic behind a finding; empty where there is none
};

/// Explains, whatever surrounds it of blanks, and codes in any case:
/// an errno (-22, 22, EINVAL, "-22 EINVAL", "errno 22", "Invalid argument", a shell's "write error: Invalid argument"),
/// a result of the TEE (0xffff0006, TEE_ERROR_BAD_PARAMETERS, BAD_PARAMETERS),
/// the code of a finding (the name of an ErrorCode or of a KernelDefect),
/// or a line of the kernel's log as dmesg or journalctl show it, or without time and device.
/// @returns nothing for any other text, and for lines that say nothing but that all is well.
[[nodiscard]] std::optional<Explanation> explain(std::string_view text);

}  // namespace rproc::check
