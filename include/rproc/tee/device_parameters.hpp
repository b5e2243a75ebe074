// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>

#include "rproc/result.hpp"
#include "rproc/tee/client.hpp"

/// What the clients of a real TEE have in common about parameters.
namespace rproc::tee::device {

[[nodiscard]] constexpr bool is_memref(ParamType type) noexcept {
    return type == ParamType::memref_input || type == ParamType::memref_output || type == ParamType::memref_inout;
}

/// Values that the TEE is told.
[[nodiscard]] constexpr bool is_input_value(ParamType type) noexcept {
    return type == ParamType::value_input || type == ParamType::value_inout;
}

/// Values that the TEE fills in.
[[nodiscard]] constexpr bool is_output_value(ParamType type) noexcept {
    return type == ParamType::value_output || type == ParamType::value_inout;
}

/// Memory that the TEE writes to, and of which it says how much it wrote.
[[nodiscard]] constexpr bool is_output_memref(ParamType type) noexcept {
    return type == ParamType::memref_output || type == ParamType::memref_inout;
}

/// A memref lies inside memory that is registered: `registered` is its size, nothing when the client knows no such
/// memory. The kernel would only see that it lies in the same pages.
/// Errors: tee_unreachable, because the TEE is not asked.
[[nodiscard]] Result<void> check_memref(const Parameter& parameter, std::optional<std::uint64_t> registered);

}  // namespace rproc::tee::device
