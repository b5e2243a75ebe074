// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "rproc/resource/kernel_profile.hpp"

namespace rproc {

/// The size in bytes of a split virtqueue (virtio 1.1, section 2.6, and the legacy layout of 2.6.2): descriptors of 16
/// bytes, the available ring of 2 * (3 + num) bytes, padding to `align`, the used ring of 6 + 8 * num bytes. The
/// kernel's vring_size. Never wraps, since the arguments are 32-bit fields of the resource table.
/// @param num number of descriptors.
/// @param align alignment of the used ring, in bytes; a power of two.
[[nodiscard]] constexpr std::uint64_t vring_size(std::uint32_t num, std::uint32_t align) noexcept {
    const std::uint64_t count = num;
    const std::uint64_t mask = std::uint64_t{align} - 1;
    const std::uint64_t available_end = 16 * count + 2 * (3 + count);
    return ((available_end + mask) & ~mask) + 6 + 8 * count;
}

/// The size in bytes of the memory that Linux reserves for such a vring: whole pages. Not cut to a `size_t`, as a
/// kernel with 32 bits does.
/// @param kernel gives the page size.
[[nodiscard]] constexpr std::uint64_t vring_carveout_size(std::uint32_t num, std::uint32_t align,
                                                          const KernelProfile& kernel = kLinux61Arm32) noexcept {
    return kernel.whole_pages(vring_size(num, align));
}

}  // namespace rproc
