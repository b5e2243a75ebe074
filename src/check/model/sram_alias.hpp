// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/memory/address.hpp"

namespace rproc::check {

/// The range by the first of its two addresses: the four SRAMs of an STM32MP15 are at 0x10000000 to 0x1005ffff, and
/// again 0x20000000 above, for both kinds of cores (reference manual RM0436, memory map). Other ranges are unchanged.
[[nodiscard]] inline DeviceRange by_first_address(DeviceRange range) noexcept {
    constexpr std::uint64_t kAgainAbove = 0x20000000;
    const auto again = DeviceRange::make(DeviceAddress(0x30000000), 0x60000);
    if (!again->contains(range)) return range;
    return *DeviceRange::make(DeviceAddress(range.start().value() - kAgainAbove), range.size());
}

}  // namespace rproc::check
