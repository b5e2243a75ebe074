// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rproc/check/memory_map.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/platform/stm32mp15_config.hpp"

namespace rproc::check {

/// The memories of a board, for questions about a firmware. The memory map is computed once, by the constructor.
///
/// Owns its data: the configuration may go. A pointer that a member returns is valid as long as the model.
class BoardModel {
  public:
    explicit BoardModel(const platform::Stm32mp15Config& config);

    /// The memories that the processor reaches, sorted by device address.
    [[nodiscard]] const std::vector<MemoryEntry>& memories() const noexcept { return memories_; }

    /// The memory of that name; null when the processor reaches none.
    [[nodiscard]] const MemoryEntry* find(std::string_view name) const noexcept;

    /// The loadable memory that holds the whole range; null when there is none.
    [[nodiscard]] const MemoryEntry* loadable_memory_of(DeviceRange range) const noexcept;

    /// The bytes that a carveout of that name can have: the size of its memory-region, whether the processor reaches it
    /// or not; 0 for a memory-region without `reg`; the limit of the DMA API for a name that no memory-region has.
    [[nodiscard]] std::uint64_t room_for(std::string_view carveout) const noexcept;

  private:
    std::vector<platform::Stm32mp15Config::Region> regions_;
    std::vector<MemoryEntry> memories_;
};

}  // namespace rproc::check
