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

/// The result of booting a firmware on a board.
enum class Outcome {
    boots,     ///< it runs, with all resources that it asked for
    degraded,  ///< it runs without a resource that it asked for: a virtio device, a trace, its resource table
    refused,   ///< Linux does not start it
    panics,    ///< the kernel panics, when the firmware starts or stops
};

/// The name in JSON: "boots", "degraded", "refused", "panics"; static storage.
[[nodiscard]] constexpr std::string_view to_string(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::boots: return "boots";
        case Outcome::degraded: return "degraded";
        case Outcome::refused: return "refused";
        case Outcome::panics: return "panics";
    }
    return "unknown";
}

/// One finding about a firmware.
struct Finding {
    Severity severity;
    AnyCode code;
    StoredPlace at;       ///< the place in the input; may be empty
    std::string message;  ///< one sentence
    std::string hint;     ///< what the user can do; may be empty

    /// The stable name of the code, "segment-outside-memory"; static storage.
    [[nodiscard]] std::string_view code_name() const noexcept { return code.name(); }
    /// The place; valid as long as the finding is not modified.
    [[nodiscard]] const Place& place() const noexcept { return at.get(); }
    /// The place as text, "segment 1 (0x80100000+0x540)"; may be empty.
    [[nodiscard]] std::string where() const { return describe(place()); }
    /// Place and message: "segment 1 (0x80100000+0x540): lies in no memory ..."; only the message without a place.
    [[nodiscard]] std::string message_with_place() const {
        std::string text = where();
        return text.empty() ? message : std::move(text) + ": " + message;
    }
};

/// A virtio device of the resource table.
struct VirtioDevice {
    std::uint32_t index;  ///< among the vdev entries, from 0
    std::uint32_t id;     ///< virtio device id; 7 is rpmsg
    bool registered;      ///< whether Linux registers the device
};

/// The result of a check of one firmware on one board. Plain data.
struct Verdict {
    std::string firmware;    ///< its name
    std::string format;      ///< "elf32", "elf64", or "unknown"
    std::string board;       ///< the board's name
    std::string remoteproc;  ///< the processor's name, "m4"
    std::string kernel;      ///< whose driver reads the board's tree: "6.1"
    Outcome outcome = Outcome::refused;
    /// The result of write("start") to the kernel's state file: 0 or a positive errno. Nothing when the write does not
    /// return.
    std::optional<int> errno_value;
    /// The content of the state file after the start. Nothing when the kernel panics during the start.
    std::optional<State> state;
    /// The result of write("stop") after the start: 0, or EINVAL when the processor is not up. Nothing when the kernel
    /// panics during the start or the stop.
    std::optional<int> stop_errno;
    std::vector<VirtioDevice> virtio;  ///< of the resource table, in its order
    /// The lines that the kernel prints until the end of the start, in order, without time and device prefix.
    std::vector<std::string> kernel_log;
    std::vector<Finding> findings;  ///< in the order of their detection
};

/// The symbolic name of an errno: "EINVAL" for 22, empty for 0, "errno N" for a value that Linux does not have.
[[nodiscard]] std::string errno_name(int errno_value);

}  // namespace rproc::check
