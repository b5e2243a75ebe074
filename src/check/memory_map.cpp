// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/memory_map.hpp"

#include <algorithm>

#include "check/lint/memory_advice.hpp"
#include "check/model/board_model.hpp"

namespace rproc::check {

std::vector<MemoryEntry> memory_map(const platform::Stm32mp15Config& config) {
    std::vector<MemoryEntry> entries;
    for (const auto& region : config.regions) {
        if (!region.memory) continue;
        const auto da = config.dma_ranges.to_device(region.memory->start());
        if (!da) continue;
        const auto device = DeviceRange::make(*da, region.memory->size());
        if (!device) continue;
        entries.push_back({region.name, *device, *region.memory, region.name != platform::kBufferRegion});
    }
    std::ranges::sort(entries, {}, &MemoryEntry::device);
    return entries;
}

std::string explain_misfit(const platform::Stm32mp15Config& config, DeviceRange range) {
    return explain_misfit(BoardModel(config), range);
}

}  // namespace rproc::check
