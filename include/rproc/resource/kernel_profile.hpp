// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace rproc {

/// What a verdict depends on besides the firmware and the SoC: the word size and the page size of the kernel, and the
/// rules that differ between its versions. A value, chosen by the platform (HasKernelProfile); without a choice it is
/// Linux 6.1 on 32-bit Arm, as Debian ships it (`linux-image-armmp`), which is what the defaults of the members say.
///
/// The core, the ELF backend and the sizes of vrings ask it through `Context::kernel`. A rule belongs here when two
/// kernels disagree about it; what all kernels do (two vrings for each device, 32-bit fields of a resource table) is
/// written where it is done.
///
///     constexpr KernelProfile kArm64{.name = "Linux 6.12 on arm64", .word_bits = 64, .probe_failed_line =
///         "rproc-virtio rproc-virtio.{0}.auto: probe with driver rproc-virtio failed with error {1}"};
struct KernelProfile {
    /// For people; no rule depends on it. Must outlive the processor, as must the line below.
    std::string_view name = "Linux 6.1 on 32-bit Arm";

    /// Bits of a `size_t` and of a pointer: 32 or 64.
    unsigned word_bits = 32;

    /// Bytes of a page, a power of two: a vring takes whole pages (PAGE_ALIGN in rproc_alloc_vring).
    std::uint64_t page_size = 4096;

    /// True where a resource table whose last entry that Linux knows is a vendor's, which no driver handles, fails the
    /// boot with 1, the result of that entry (rproc_handle_resources in 6.1).
    bool unhandled_vendor_entry_fails_boot = true;

    /// What the driver core prints when the vrings of a device cannot be had. {0} is the number of the device, which
    /// counts from 1, {1} the result, "-12". Linux 6.12 words it otherwise (drivers/base/dd.c).
    std::string_view probe_failed_line = "rproc-virtio: probe of rproc-virtio.{0}.auto failed with error {1}";

    /// The largest number of bytes that a `size_t` holds.
    [[nodiscard]] constexpr std::uint64_t largest_size() const noexcept {
        return std::numeric_limits<std::uint64_t>::max() >> (64U - word_bits);
    }

    /// A number of bytes as a `size_t` has it: what is above its bits is cut off.
    [[nodiscard]] constexpr std::uint64_t as_size(std::uint64_t bytes) const noexcept { return bytes & largest_size(); }

    /// The bytes of the pages that hold so many, not cut to a `size_t`. Precondition: less than 2^63.
    [[nodiscard]] constexpr std::uint64_t whole_pages(std::uint64_t bytes) const noexcept {
        return (bytes + page_size - 1) / page_size * page_size;
    }
};

/// The reference of the library: the kernel that its tests ask.
inline constexpr KernelProfile kLinux61Arm32{};

}  // namespace rproc
