// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

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

}  // namespace rproc
