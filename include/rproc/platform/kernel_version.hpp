// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <charconv>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace rproc::platform {

/// The version of the Linux whose drivers read a device tree. Two versions of a driver can want different properties of
/// the same node; what a firmware itself may do is a matter of KernelProfile.
struct KernelVersion {
    std::uint32_t major = 6;
    std::uint32_t minor = 1;

    friend constexpr auto operator<=>(const KernelVersion&, const KernelVersion&) = default;

    /// Reads "6.12"; what follows the second number, as in the "6.12.41-amd64" of `uname -r`, is ignored.
    /// @returns the version, or nothing when `text` does not begin with two numbers and a dot between them.
    [[nodiscard]] static std::optional<KernelVersion> parse(std::string_view text) noexcept {
        KernelVersion version;
        const char* const end = text.data() + text.size();
        const auto first = std::from_chars(text.data(), end, version.major);
        if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return std::nullopt;
        const auto second = std::from_chars(first.ptr + 1, end, version.minor);
        if (second.ec != std::errc()) return std::nullopt;
        const bool ends = second.ptr == end || *second.ptr == '.' || *second.ptr == '-' || *second.ptr == '+';
        return ends ? std::optional(version) : std::nullopt;
    }

    /// "6.12"
    [[nodiscard]] std::string to_string() const { return std::to_string(major) + "." + std::to_string(minor); }
};

/// The version that the library answers for: the one that its tests ask.
inline constexpr KernelVersion kReferenceKernel{6, 1};

/// The first whose stm32_rproc takes a reset line for hold-boot ("hold_boot" in reset-names), finds the reset line of
/// the core by its name ("mcu_rst"), and does without st,syscfg-tz.
inline constexpr KernelVersion kHoldBootAsReset{6, 5};

}  // namespace rproc::platform
