// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace rproc {

/// The SHA-256 of `bytes` (FIPS 180-4), by OpenSSL. Threads: any. Throws std::runtime_error if OpenSSL has no SHA-256.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::span<const std::byte> bytes);

}  // namespace rproc
