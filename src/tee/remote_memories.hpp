// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rproc/memory/mapping.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::tee::internal {

/// The memories of one remote processor, mapped.
class RemoteMemories {
  public:
    /// A part of a memory.
    struct Place {
        std::span<std::byte> bytes;
        PhysicalRange pa;
    };

    /// Maps the memories of a processor.
    /// @returns the memories, or address_overflow, or an error of `memory`.
    [[nodiscard]] static Result<RemoteMemories> map(std::span<const RemoteMemory> memories, ModelMemory memory);

    /// @returns the `size` bytes at device address `da`, or nothing when no single memory holds them all.
    [[nodiscard]] std::optional<Place> find(DeviceAddress da, std::uint64_t size) const;

    /// Has the memory refuse further mappings; as ModelMemory::add_firewall, until these memories are destroyed.
    void set_firewall(ModelMemory::Firewall closed) { firewall_ = memory_.add_firewall(std::move(closed)); }

    void clear();
    [[nodiscard]] bool is_clear() const;

  private:
    struct Entry {
        DeviceRange da;
        PhysicalAddress pa;
        Mapping mapping;
    };

    explicit RemoteMemories(ModelMemory memory) : memory_(std::move(memory)) {}

    ModelMemory memory_;  // first: mappings must not outlive it
    std::vector<Entry> entries_;
    std::shared_ptr<const ModelMemory::Firewall> firewall_;
};

}  // namespace rproc::tee::internal
