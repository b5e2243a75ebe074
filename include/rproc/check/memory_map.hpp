// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/platform/stm32mp15_config.hpp"

namespace rproc::check {

/// A memory of the remote processor, with both of its addresses.
struct MemoryEntry {
    std::string name;        ///< of the memory-region
    DeviceRange device;      ///< for the processor
    PhysicalRange physical;  ///< for Linux
    bool loadable;           ///< false for memory that Linux does not map (vdev0buffer)
    bool tee_only = false;   ///< a memory of the TEE that is no memory-region of Linux's node
};

/// The memories of the board that the processor can access, sorted by device address: Linux's memory-regions and,
/// where a TEE owns the processor, the memories of the TEE.
[[nodiscard]] std::vector<MemoryEntry> memory_map(const platform::Stm32mp15Config& config);

/// Explains, with the arithmetic, why no memory contains `range`: the memory that it begins in, and the number of bytes
/// past its end; that the address is a physical one, and the device address to use; or the nearest memory.
/// @param range a device range that no loadable memory of the board contains completely.
[[nodiscard]] std::string explain_misfit(const platform::Stm32mp15Config& config, DeviceRange range);

}  // namespace rproc::check
