// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

namespace rproc {

inline constexpr std::uint64_t kPageSize = 4096;  ///< of the 32-bit Arm kernel

/// Bytes of a split virtqueue of `num` descriptors whose used ring is aligned to `align` (virtio 1.1, 2.6 and the
/// legacy layout in 2.6.2): descriptors of 16 bytes, the available ring of 2 * (3 + num) bytes, padding, the used ring
/// of 6 + 8 * num bytes. `num` and `align` are 32-bit fields of the resource table, so nothing here can wrap.
[[nodiscard]] constexpr std::uint64_t vring_size(std::uint32_t num, std::uint32_t align) noexcept {
    const std::uint64_t count = num;
    const std::uint64_t mask = std::uint64_t{align} - 1;
    const std::uint64_t available_end = 16 * count + 2 * (3 + count);
    return ((available_end + mask) & ~mask) + 6 + 8 * count;
}

/// Bytes that Linux sets aside for such a vring: whole pages.
[[nodiscard]] constexpr std::uint64_t vring_carveout_size(std::uint32_t num, std::uint32_t align) noexcept {
    return (vring_size(num, align) + kPageSize - 1) / kPageSize * kPageSize;
}

}  // namespace rproc
