// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/check/explain.hpp"

namespace rproc::check {

/// What became of a boot, as far as a log tells.
enum class AttemptOutcome {
    unknown,         ///< the log ends, or has only a part of it
    running,         ///< "remote processor m4 is now up"
    attached,        ///< "remote processor m4 is now attached"
    failed,          ///< "Boot failed: -22"
    kernel_stopped,  ///< an oops of the kernel came before the end
};

/// The name in JSON: "unknown", "running", "attached", "failed", "kernel-stopped"; static storage.
[[nodiscard]] constexpr std::string_view to_string(AttemptOutcome outcome) noexcept {
    switch (outcome) {
        case AttemptOutcome::unknown: return "unknown";
        case AttemptOutcome::running: return "running";
        case AttemptOutcome::attached: return "attached";
        case AttemptOutcome::failed: return "failed";
        case AttemptOutcome::kernel_stopped: return "kernel-stopped";
    }
    return "unknown";
}

/// A boot or an attach of one processor that a log tells of, or what its driver or OP-TEE says without one. Plain data.
struct Attempt {
    std::string device;     ///< "remoteproc0"; the driver's device, or "OP-TEE", where no line names it; may be empty
    std::string processor;  ///< "m4"; empty where the log does not name it
    std::string firmware;   ///< "hello.elf"; empty where the log does not name it
    AttemptOutcome outcome = AttemptOutcome::unknown;
    std::vector<Explanation> causes;        ///< in the order of the log; empty when it has no error
    std::vector<Explanation> consequences;  ///< of the causes, in the order of the log
    std::size_t times = 1;                  ///< how many of this device went the same way
};

/// Explains a log: of dmesg, journalctl, OP-TEE's console or U-Boot's, each line as `explain` does, by device and boot.
/// A line that names no processor belongs to the boot whose lines stand before it. Equal lines of a boot count once,
/// and boots of a device that went the same way are one. Lines that are not known are left out.
/// @returns the boots in the order of their first lines; none when no line is known.
[[nodiscard]] std::vector<Attempt> explain_log(std::string_view log);

}  // namespace rproc::check
