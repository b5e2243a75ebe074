// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>

#include "check/model/board_model.hpp"
#include "rproc/check/memory_map.hpp"

/// What does not fit a memory, and what to change, in the words of linker scripts and device trees.
namespace rproc::check {

/// "mcuram (0x30000000+0x40000)"
[[nodiscard]] std::string describe(const MemoryEntry& entry);

/// "mcuram (rwx) : ORIGIN = 0x30000000, LENGTH = 256K", for MEMORY in the linker script.
[[nodiscard]] std::string linker_line(const MemoryEntry& entry);

/// "enlarge the reserved-memory node mcuram to 0x50000 bytes (reg = <0x30000000 0x50000>)"
[[nodiscard]] std::string enlarge(const MemoryEntry& entry, std::uint64_t size);

/// Why no memory holds `range`; see the function of that name in memory_map.hpp.
[[nodiscard]] std::string explain_misfit(const BoardModel& board, DeviceRange range);

/// What to do about a range that no memory holds: where it would fit, or how much smaller it must become.
[[nodiscard]] std::string advise_place(const BoardModel& board, DeviceRange range);

/// The same about a segment: one that has the vector table stays at 0x0, and what is too much moves.
[[nodiscard]] std::string advise_segment(const BoardModel& board, DeviceRange range);

}  // namespace rproc::check
