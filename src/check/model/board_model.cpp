// SPDX-License-Identifier: BSD-2-Clause
#include "check/model/board_model.hpp"

#include <algorithm>

#include "rproc/memory/model_memory.hpp"

namespace rproc::check {

using Region = platform::Stm32mp15Config::Region;

BoardModel::BoardModel(const platform::Stm32mp15Config& config)
    : regions_(config.regions), memories_(memory_map(config)) {}

const MemoryEntry* BoardModel::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(memories_, name, &MemoryEntry::name);
    return found == memories_.end() ? nullptr : &*found;
}

const MemoryEntry* BoardModel::loadable_memory_of(DeviceRange range) const noexcept {
    for (const MemoryEntry& memory : memories_)
        if (memory.loadable && memory.device.contains(range)) return &memory;
    return nullptr;
}

std::uint64_t BoardModel::room_for(std::string_view carveout) const noexcept {
    const auto region = std::ranges::find(regions_, carveout, &Region::name);
    if (region == regions_.end()) return ModelMemory::kLargestAllocation;
    return region->memory ? region->memory->size() : 0;
}

}  // namespace rproc::check
