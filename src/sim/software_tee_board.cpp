// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sim/software_tee_board.hpp"

#include <utility>

namespace rproc::sim {

std::vector<tee::RemoteMemory> remote_memories(const platform::Stm32mp15Config& config) {
    std::vector<tee::RemoteMemory> memories;
    for (const platform::Stm32mp15Config::Region& region : config.regions) {
        if (!region.memory || region.name.starts_with("vdev")) continue;
        const auto seen = config.dma_ranges.to_device(*region.memory);
        if (seen) memories.push_back({seen->start(), *region.memory});
    }
    return memories;
}

std::uint32_t processor_id(const platform::Stm32mp15Config& config) noexcept { return config.tee ? config.tee->id : 0; }

Result<std::shared_ptr<tee::SoftwareTee>> make_software_tee(const platform::Stm32mp15Config& config,
                                                            tee::SoftwareTeePolicy policy, const ModelMemory& memory) {
    auto tee = std::make_shared<tee::SoftwareTee>(std::move(policy));
    RPROC_TRY(tee->add_processor(processor_id(config), remote_memories(config), memory));
    return tee;
}

}  // namespace rproc::sim
