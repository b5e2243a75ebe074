// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rproc/check/memory_map.hpp"

/// What to change where something does not fit a memory, in the words of linker scripts and device trees.
namespace rproc::check {

/// The board's memory of that name; nothing when the processor reaches none.
[[nodiscard]] std::optional<MemoryEntry> find_memory(const platform::Stm32mp15Config& config, std::string_view name);

/// "mcuram (0x30000000+0x40000)"
[[nodiscard]] std::string describe(const MemoryEntry& entry);

/// "mcuram (rwx) : ORIGIN = 0x30000000, LENGTH = 256K", for MEMORY in the linker script.
[[nodiscard]] std::string linker_line(const MemoryEntry& entry);

/// "enlarge the reserved-memory node mcuram to 0x50000 bytes (reg = <0x30000000 0x50000>)"
[[nodiscard]] std::string enlarge(const MemoryEntry& entry, std::uint64_t size);

/// What to do about a segment that no memory holds: where it would fit, or how much smaller it must become.
[[nodiscard]] std::string advise_place(const platform::Stm32mp15Config& config, DeviceRange range);

}  // namespace rproc::check
