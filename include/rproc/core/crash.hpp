// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rproc/core/resources.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/memory/carveout_registry.hpp"

namespace rproc {

/// Why a processor reports that it crashed (the kernel's `enum rproc_crash_type`).
enum class CrashType : std::uint8_t { mmufault, watchdog, fatal_error };

/// As the kernel prints it: "mmufault", "watchdog", "fatal error".
[[nodiscard]] constexpr std::string_view to_string(CrashType type) noexcept {
    switch (type) {
        case CrashType::mmufault: return "mmufault";
        case CrashType::watchdog: return "watchdog";
        case CrashType::fatal_error: return "fatal error";
    }
    return "unknown";
}

/// Whether a processor that crashed is started again by itself (sysfs and debugfs `recovery`).
enum class RecoveryMode : std::uint8_t { enabled, disabled };

/// "enabled", "disabled"
[[nodiscard]] constexpr std::string_view to_string(RecoveryMode mode) noexcept {
    return mode == RecoveryMode::enabled ? "enabled" : "disabled";
}

/// The mode of that word; nothing for another.
[[nodiscard]] constexpr std::optional<RecoveryMode> recovery_mode(std::string_view word) noexcept {
    if (word == "enabled") return RecoveryMode::enabled;
    if (word == "disabled") return RecoveryMode::disabled;
    return std::nullopt;
}

/// The most bytes that a sink gets at a time.
inline constexpr std::size_t kCoredumpPiece = 64 * 1024;

/// A piece of the remote processor's memory that a dump holds (the kernel's `struct rproc_dump_segment`).
struct DumpSegment {
    /// Reads memory that needs care. Called in the thread that writes the dump, for one piece after the other: `offset`
    /// counts from the segment's start and is a multiple of kCoredumpPiece; `destination` is filled with 0xff
    /// beforehand. What it throws passes through `write_coredump`.
    using Dump = std::function<void(std::span<std::byte> destination, std::uint64_t offset)>;

    DeviceAddress da{};
    std::uint64_t size = 0;  ///< bytes
    std::string name{};      ///< of its section, up to the first zero; the segment form has no names
    Dump dump{};             ///< when empty, the bytes come from the carveouts
};

/// A processor that has crashed and was stopped, with its memory as the crash left it. Valid during the call that it is
/// handed to.
struct CrashScene {
    std::string_view name;       ///< of the processor
    unsigned crash;              ///< the how-manieth
    DeviceAddress boot_address;  ///< where the core began
    const Resources& resources;
    const CarveoutRegistry& carveouts;
    std::span<const DumpSegment> dump_segments{};  ///< that the platform registered itself
};

/// Looks at a crash, for instance to write a coredump (core/coredump.hpp). Called by the thread that recovers, with the
/// processor's lock held: recovery waits until it returns, and it must not call the processor.
using CrashHandler = std::function<void(const CrashScene&)>;

}  // namespace rproc
