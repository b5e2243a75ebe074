// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sim/software_tee_board.hpp"

#include <algorithm>
#include <utility>

#include "rproc/platform/tee_memories.hpp"

namespace rproc::sim {
namespace {

/// Each of the ranges and, for those that overlap, their union.
std::vector<PhysicalRange> united(std::vector<PhysicalRange> ranges) {
    std::ranges::sort(ranges);
    std::vector<PhysicalRange> all;
    for (const PhysicalRange& each : ranges) {
        if (all.empty() || !all.back().overlaps(each)) {
            all.push_back(each);
        } else if (each.end() > all.back().end()) {
            all.back() = *PhysicalRange::make(all.back().start(), each.end().value() - all.back().start().value());
        }
    }
    return all;
}

/// Linux and the TEE may cut the same memory at different addresses; a ModelMemory maps parts of what was mapped
/// before. A range that it cannot map is an error of its user.
void place_memories(const platform::Stm32mp15Config& config, ModelMemory memory) {
    std::vector<PhysicalRange> ranges;
    for (const tee::RemoteMemory& each : remote_memories(config)) ranges.push_back(each.pa);
    for (const platform::Stm32mp15Config::Region& region : config.regions)
        if (region.memory && region.name != platform::kBufferRegion) ranges.push_back(*region.memory);
    std::vector<PhysicalRange> alone = ranges;
    for (const PhysicalRange& range : united(std::move(ranges)))
        if (std::ranges::find(alone, range) == alone.end()) static_cast<void>(memory.map(range));
}

}  // namespace

std::vector<tee::RemoteMemory> remote_memories(const platform::Stm32mp15Config& config) {
    std::vector<tee::RemoteMemory> memories;
    for (const platform::Stm32mp15Config::TeeMemory& memory : platform::tee_memories(config))
        memories.push_back({memory.da, memory.pa});
    return memories;
}

std::uint32_t processor_id(const platform::Stm32mp15Config& config) noexcept { return config.tee ? config.tee->id : 0; }

Result<std::shared_ptr<tee::SoftwareTee>> make_software_tee(const platform::Stm32mp15Config& config,
                                                            tee::SoftwareTeePolicy policy, const ModelMemory& memory) {
    place_memories(config, memory);
    auto tee = std::make_shared<tee::SoftwareTee>(std::move(policy));
    const std::uint32_t id = processor_id(config);
    RPROC_TRY(tee->add_processor(id, remote_memories(config), memory));
    tee->isolate(id, platform::tee_only_memories(config));
    return tee;
}

}  // namespace rproc::sim
