// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace rproc {

/// The SHA-256 of some bytes (FIPS 180-4), by OpenSSL. Safe from any thread.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(std::span<const std::byte> bytes);

}  // namespace rproc
