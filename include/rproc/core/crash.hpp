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

/// The cause of a crash (the kernel's `enum rproc_crash_type`).
enum class CrashType : std::uint8_t {
    mmufault,    ///< RPROC_MMUFAULT: an access outside of the IOMMU mappings
    watchdog,    ///< RPROC_WATCHDOG: the watchdog of the processor expired
    fatal_error  ///< RPROC_FATAL_ERROR: the firmware reported an error
};

/// The kernel's name (rproc_crash_to_string): "mmufault", "watchdog", "fatal error"; static storage.
[[nodiscard]] constexpr std::string_view to_string(CrashType type) noexcept {
    switch (type) {
        case CrashType::mmufault: return "mmufault";
        case CrashType::watchdog: return "watchdog";
        case CrashType::fatal_error: return "fatal error";
    }
    return "unknown";
}

/// Whether a crashed processor is restarted automatically (`recovery` in sysfs and debugfs).
enum class RecoveryMode : std::uint8_t { enabled, disabled };

/// "enabled", "disabled"
[[nodiscard]] constexpr std::string_view to_string(RecoveryMode mode) noexcept {
    return mode == RecoveryMode::enabled ? "enabled" : "disabled";
}

/// @returns the mode of that exact word, or nothing for any other.
[[nodiscard]] constexpr std::optional<RecoveryMode> recovery_mode(std::string_view word) noexcept {
    if (word == "enabled") return RecoveryMode::enabled;
    if (word == "disabled") return RecoveryMode::disabled;
    return std::nullopt;
}

/// The largest number of bytes in one call of a CoredumpSink.
inline constexpr std::size_t kCoredumpPiece = 64 * 1024;

/// A memory range of the remote processor that a dump contains (the kernel's `struct rproc_dump_segment`).
struct DumpSegment {
    /// Reads memory that needs a special access method. The thread that writes the dump calls it, once for each piece.
    /// `offset` is in bytes from the start of the segment, a multiple of kCoredumpPiece; `destination` is filled with
    /// 0xff beforehand. An exception propagates through `write_coredump`.
    using Dump = std::function<void(std::span<std::byte> destination, std::uint64_t offset)>;

    DeviceAddress da{};      ///< the first address
    std::uint64_t size = 0;  ///< bytes
    std::string name{};      ///< of its ELF section, up to the first zero; unused in CoredumpFormat::segments
    Dump dump{};             ///< when empty, the bytes come from the carveouts
};

/// A crashed processor, stopped, with its memory as the crash left it. Valid during the call of the CrashHandler.
struct CrashScene {
    std::string_view name;                         ///< of the processor
    unsigned crash_number;                         ///< 1 for the first crash since the processor was created
    DeviceAddress boot_address;                    ///< the entry point of the firmware
    const Resources& resources;                    ///< of the stopped processor
    const CarveoutRegistry& carveouts;             ///< with the memory as the crash left it
    std::span<const DumpSegment> dump_segments{};  ///< registered by the platform; see Context::dump_segments
};

/// Handles a crash, for instance writes a coredump (rproc/debug/coredumper.hpp).
///
/// Threads: the thread that recovers calls it, with the processor's lock held. Recovery continues when it returns. It
/// must not call the processor.
using CrashHandler = std::function<void(const CrashScene&)>;

}  // namespace rproc
