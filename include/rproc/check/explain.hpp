// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rproc::check {

/// The kind of a text that `explain` recognised.
enum class ExplanationKind {
    errno_value,  ///< the result of a write to a file of remoteproc in sysfs
    tee_result,   ///< a result of OP-TEE's remoteproc trusted application
    kernel_line,  ///< a line of the log of the kernel, of OP-TEE or of U-Boot
    finding,      ///< the code of a finding of `rproc check`
};

/// The name in JSON: "errno", "tee", "kernel-line", "finding"; static storage.
[[nodiscard]] constexpr std::string_view to_string(ExplanationKind kind) noexcept {
    switch (kind) {
        case ExplanationKind::errno_value: return "errno";
        case ExplanationKind::tee_result: return "tee";
        case ExplanationKind::kernel_line: return "kernel-line";
        case ExplanationKind::finding: return "finding";
    }
    return "unknown";
}

/// What a line of a log tells of the boot that it belongs to.
enum class LineRole {
    begins,    ///< a boot or an attach begins: "powering up m4"
    routine,   ///< it stands in every such log
    succeeds,  ///< the processor is up: "remote processor m4 is now up"
    cause,     ///< it says what went wrong
    follows,   ///< the consequence of a cause that stands before it: "Boot failed: -22"
};

/// The name in JSON: "begins", "routine", "succeeds", "cause", "follows"; static storage.
[[nodiscard]] constexpr std::string_view to_string(LineRole role) noexcept {
    switch (role) {
        case LineRole::begins: return "begins";
        case LineRole::routine: return "routine";
        case LineRole::succeeds: return "succeeds";
        case LineRole::cause: return "cause";
        case LineRole::follows: return "follows";
    }
    return "unknown";
}

/// A possible cause of an error.
struct Cause {
    std::string what;  ///< one sentence
    std::string next;  ///< the next command to run, on the host or on the board; FW stands for the firmware's file
};

/// The explanation of an error. Plain data.
struct Explanation {
    ExplanationKind kind;
    std::string subject;        ///< the error: "-22 EINVAL", or the line without time and device
    std::string meaning;        ///< one sentence
    std::vector<Cause> causes;  ///< the most likely first; at least one, but none for a line that reports no error
    std::string example{};      ///< of the arithmetic behind a finding; may be empty
    LineRole role = LineRole::cause;
    std::string device{};  ///< that the line names: "remoteproc0", "10000000.m4"; may be empty
};

/// Explains an error. Surrounding blanks are ignored, and codes may be in any case. Accepts
///   an errno (-22, 22, EINVAL, "-22 EINVAL", "errno 22", "Invalid argument", a shell's "write error: Invalid
///     argument"),
///   a result of the TEE (0xffff0006, TEE_ERROR_BAD_PARAMETERS, BAD_PARAMETERS),
///   the code of a finding (the name of an ErrorCode or of a FindingCode),
///   or a line of the kernel's log as dmesg or journalctl print it, also without time and device; a line of OP-TEE's
///     console, of U-Boot's `rproc`, or the first line of an oops. A line of a remoteproc device that is not known by
///     itself is explained by its errno.
/// @returns the explanation, or nothing for any other text.
[[nodiscard]] std::optional<Explanation> explain(std::string_view text);

}  // namespace rproc::check
