// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>

#include "rproc/result.hpp"
#include "rproc/tee/client.hpp"

/// Functions on parameters that the clients of a real TEE share.
namespace rproc::tee::device {

/// Whether the parameter refers to memory.
[[nodiscard]] constexpr bool is_memref(ParamType type) noexcept {
    return type == ParamType::memref_input || type == ParamType::memref_output || type == ParamType::memref_inout;
}

/// Whether the TEE reads the value.
[[nodiscard]] constexpr bool is_input_value(ParamType type) noexcept {
    return type == ParamType::value_input || type == ParamType::value_inout;
}

/// Whether the TEE writes the value.
[[nodiscard]] constexpr bool is_output_value(ParamType type) noexcept {
    return type == ParamType::value_output || type == ParamType::value_inout;
}

/// Whether the TEE writes to the memory, and returns the number of bytes in its size.
[[nodiscard]] constexpr bool is_output_memref(ParamType type) noexcept {
    return type == ParamType::memref_output || type == ParamType::memref_inout;
}

/// Checks that a memref lies inside its memory. The kernel would only check the pages.
/// @param registered size of the memory in bytes, or nothing for an unknown memory.
/// @returns nothing, or tee_unreachable: the TEE is not called.
[[nodiscard]] Result<void> check_memref(const Parameter& parameter, std::optional<std::uint64_t> registered);

}  // namespace rproc::tee::device
