// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/memory_map.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"

namespace rproc::check {
namespace {

std::string describe(const MemoryEntry& entry) { return fmt::format("{} ({})", entry.name, to_string(entry.device)); }

std::string explain_overrun(const MemoryEntry& entry, DeviceRange range) {
    const std::uint64_t past = range.end().value() - entry.device.end().value();
    return fmt::format("begins in {} and ends {} past it", describe(entry), byte_count(past));
}

std::uint64_t distance(const MemoryEntry& entry, DeviceRange range) {
    if (range.start() < entry.device.start()) return entry.device.start().value() - range.start().value();
    return range.start().value() - entry.device.start().value();
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
    std::ranges::sort(entries, {}, &MemoryEntry::device);
    return entries;
}

std::string explain_misfit(const platform::Stm32mp15Config& config, DeviceRange range) {
    const auto entries = memory_map(config);
    const auto holds_start = [&](const MemoryEntry& entry) { return entry.device.contains(range.start()); };
    if (const auto found = std::ranges::find_if(entries, holds_start); found != entries.end()) {
        if (found->loadable) return explain_overrun(*found, range);
        return fmt::format("lies in {}, which Linux keeps for virtio buffers and never maps", describe(*found));
    }
    const auto runs_into = [&](const MemoryEntry& entry) { return entry.device.overlaps(range); };
    if (const auto found = std::ranges::find_if(entries, runs_into); found != entries.end())
        return fmt::format("begins {} before {}", byte_count(distance(*found, range)), describe(*found));
    const auto physical = PhysicalRange::make(PhysicalAddress(range.start().value()), range.size());
    for (const MemoryEntry& entry : entries) {
        if (!physical || !entry.physical.contains(*physical)) continue;
        const std::uint64_t offset = physical->start().value() - entry.physical.start().value();
        return fmt::format("{:#x} is a physical address of {}; the processor sees it at da {:#x}",
                           range.start().value(), entry.name, entry.device.start().value() + offset);
    }
    const auto nearest = std::ranges::min_element(
        entries, [&](const MemoryEntry& a, const MemoryEntry& b) { return distance(a, range) < distance(b, range); });
    if (nearest == entries.end()) return "the board shares no memory with the processor";
    return fmt::format("lies in no memory of the board; the nearest is {}", describe(*nearest));
}

}  // namespace rproc::check
