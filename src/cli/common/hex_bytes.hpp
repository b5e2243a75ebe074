// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace rproc::cli {

/// Bytes as hexadecimal digits, without separators: "0a1b".
[[nodiscard]] std::string hex_bytes(std::span<const std::byte> bytes);

}  // namespace rproc::cli
