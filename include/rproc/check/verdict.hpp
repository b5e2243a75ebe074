// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/check/finding_code.hpp"
#include "rproc/error.hpp"
#include "rproc/state.hpp"
#include "rproc/stored_place.hpp"

namespace rproc::check {

/// What becomes of a firmware on a board.
enum class Outcome {
    boots,     ///< it runs, with all that it asked for
    degraded,  ///< it runs, but something it asked for is missing: a virtio device, a trace, its resource table
    refused,   ///< Linux does not start it
    panics,    ///< the kernel itself dies, when the firmware is started or when it is stopped
};

[[nodiscard]] constexpr std::string_view to_string(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::boots: return "boots";
        case Outcome::degraded: return "degraded";
        case Outcome::refused: return "refused";
        case Outcome::panics: return "panics";
    }
    return "unknown";
}

/// One thing to know about a firmware.
struct Finding {
    Severity severity;
    AnyCode code;
    StoredPlace at;       ///< the place in the input; may be none
    std::string message;  ///< one sentence for a person
    std::string hint;     ///< what to do; may be empty

    /// The stable name of its code, "segment-outside-memory".
    [[nodiscard]] std::string_view code_name() const noexcept { return code.name(); }
    [[nodiscard]] const Place& place() const noexcept { return at.get(); }
    /// The place in words, "segment 1 (0x80100000+0x540)"; may be empty.
    [[nodiscard]] std::string where() const { return describe(place()); }
    /// "segment 1 (0x80100000+0x540): lies in no memory ..."; the message alone without a place.
    [[nodiscard]] std::string message_with_place() const {
        std::string text = where();
        return text.empty() ? message : std::move(text) + ": " + message;
    }
};

/// A virtio device that the firmware asks for.
struct VirtioDevice {
    std::uint32_t index;
    std::uint32_t id;  ///< of the virtio specification; 7 is rpmsg
    bool registered;   ///< Linux makes a device of it
};

/// What Linux says to one firmware on one board. Plain data.
struct Verdict {
    std::string firmware;    ///< its name
    std::string format;      ///< "elf32", "elf64", or "unknown"
    std::string board;       ///< the board's name
    std::string remoteproc;  ///< the processor's name, "m4"
    Outcome outcome = Outcome::refused;
    /// What write("start") to the kernel's state file returns: 0 or a positive errno. Nothing when it never returns.
    std::optional<int> errno_value;
    /// What the state file says afterwards. Nothing when nobody is left to read it.
    std::optional<State> state;
    /// What write("stop") returns then: 0, or EINVAL where nothing runs. Nothing when nobody writes it, or never
    /// returns.
    std::optional<int> stop_errno;
    std::vector<VirtioDevice> virtio;
    /// The lines that the kernel prints, in order, without time and device prefix, up to the end of the start.
    std::vector<std::string> kernel_log;
    std::vector<Finding> findings;  ///< in the order in which they arose
};

/// "EINVAL" for 22; empty for 0, "errno N" for one that Linux's remoteproc never returns.
[[nodiscard]] std::string errno_name(int errno_value);

}  // namespace rproc::check
