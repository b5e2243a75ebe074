// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/memory_map.hpp"

#include <algorithm>

#include "check/lint/memory_advice.hpp"
#include "check/model/board_model.hpp"
#include "rproc/platform/tee_memories.hpp"

namespace rproc::check {
namespace {

/// Those that are no memory-region of Linux, too.
void add_tee_memories(std::vector<MemoryEntry>& entries, const platform::Stm32mp15Config& config) {
    for (const platform::Stm32mp15Config::TeeMemory& memory : platform::tee_memories(config)) {
        const auto device = DeviceRange::make(memory.da, memory.pa.size());
        const bool listed = std::ranges::find(entries, memory.pa, &MemoryEntry::physical) != entries.end();
        if (device && !listed) entries.push_back({memory.name, *device, memory.pa, true, true});
    }
}

}  // namespace

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
    if (config.tee) add_tee_memories(entries, config);
    std::ranges::sort(entries, {}, &MemoryEntry::device);
    return entries;
}

std::string explain_misfit(const platform::Stm32mp15Config& config, DeviceRange range) {
    return explain_misfit(BoardModel(config), range);
}

}  // namespace rproc::check
