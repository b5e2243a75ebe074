// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/platform/stm32mp15_config.hpp"

namespace rproc::check {

/// A memory of the remote processor, by both its addresses.
struct MemoryEntry {
    std::string name;
    DeviceRange device;
    PhysicalRange physical;
    bool loadable;  ///< false for memory that Linux never maps (vdev0buffer): nothing can be loaded there
};

/// The board's memories that the processor can reach, sorted by device address.
[[nodiscard]] std::vector<MemoryEntry> memory_map(const platform::Stm32mp15Config& config);

/// In words, with the arithmetic, why no memory holds `range`, and what would: the memory that it begins in and how far
/// it runs past its end; that it is a physical address, and which device address is meant; or the nearest memory.
/// @param range a device range that lies in no loadable memory of the board as a whole.
[[nodiscard]] std::string explain_misfit(const platform::Stm32mp15Config& config, DeviceRange range);

}  // namespace rproc::check
