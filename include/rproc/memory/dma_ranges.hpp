// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// The windows that map device addresses to physical addresses: the `dma-ranges` triplets of the processor's parent in
/// the device tree. The only code that converts between the two address spaces.
///
/// A range is translated only if one window holds all of it; adjacent windows are not joined. If windows overlap, the
/// first in the given order wins, as in the kernel's stm32_rproc.
///
/// Threads: concurrent translations are safe while no thread adds a window.
class DmaRanges {
  public:
    /// One triplet of dma-ranges.
    struct Window {
        DeviceRange device;
        PhysicalAddress physical;  ///< of the first byte; `physical + device.size()` does not wrap
    };

    DmaRanges() = default;

    /// Appends a window of `size` bytes.
    /// @returns nothing, or
    ///   address_overflow: `da + size` or `pa + size` wraps.
    [[nodiscard]] Result<void> add(DeviceAddress da, PhysicalAddress pa, std::uint64_t size) {
        const auto device = DeviceRange::make(da, size);
        if (!device || !PhysicalRange::make(pa, size)) {
            return fail(kWindowWraps, place::DmaWindow{da.value(), pa.value(), size});
        }
        windows_.push_back({*device, pa});
        return {};
    }

    /// @returns the physical range, or nothing when no single window holds all of `range`.
    [[nodiscard]] std::optional<PhysicalRange> to_physical(DeviceRange range) const noexcept {
        for (const Window& window : windows_) {
            if (!window.device.contains(range)) continue;
            const std::uint64_t offset = range.start().value() - window.device.start().value();
            return PhysicalRange::make(PhysicalAddress(window.physical.value() + offset), range.size());
        }
        return std::nullopt;
    }

    /// @returns the device range, or nothing when no single window holds all of `range`.
    [[nodiscard]] std::optional<DeviceRange> to_device(PhysicalRange range) const noexcept {
        for (const Window& window : windows_) {
            const auto physical = PhysicalRange::make(window.physical, window.device.size());
            if (!physical->contains(range)) continue;
            const std::uint64_t offset = range.start().value() - window.physical.value();
            return DeviceRange::make(DeviceAddress(window.device.start().value() + offset), range.size());
        }
        return std::nullopt;
    }

    /// @returns the device address of one physical address, or nothing when no window holds it. The kernel translates
    ///   the start of a `memory-region` in this way, regardless of its size.
    [[nodiscard]] std::optional<DeviceAddress> to_device(PhysicalAddress pa) const noexcept {
        const auto byte = PhysicalRange::make(pa, 1);
        if (!byte) return std::nullopt;
        const auto device = to_device(*byte);
        if (!device) return std::nullopt;
        return device->start();
    }

    /// The windows, in the order of their addition.
    [[nodiscard]] std::span<const Window> windows() const noexcept { return windows_; }

  private:
    static constexpr ErrorText kWindowWraps{.code = ErrorCode::address_overflow,
                                            .message = "a window of dma-ranges runs past the end of the address space"};

    std::vector<Window> windows_;
};

}  // namespace rproc
