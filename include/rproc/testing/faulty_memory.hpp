// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <utility>

#include "rproc/memory/provider.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// Wraps a memory provider, whose `map` and `allocate` can fail.
template <MemoryProvider M>
class FaultyMemory {
  public:
    /// @param faults strike at the points memory.map and memory.allocate.
    FaultyMemory(M memory, Faults faults) : memory_(std::move(memory)), faults_(std::move(faults)) {}

    [[nodiscard]] Result<Mapping> map(PhysicalRange range) {
        return faults_.call({.name = "memory.map"}, [&] { return memory_.map(range); });
    }
    [[nodiscard]] Result<Allocation> allocate(std::uint64_t size) {
        return faults_.call({.name = "memory.allocate"}, [&] { return memory_.allocate(size); });
    }

  private:
    M memory_;
    Faults faults_;
};

namespace internal {

/// Refers to a provider of another owner.
template <MemoryProvider M>
class MemoryRef {
  public:
    explicit MemoryRef(M& memory) noexcept : memory_(&memory) {}

    [[nodiscard]] Result<Mapping> map(PhysicalRange range) { return memory_->map(range); }
    [[nodiscard]] Result<Allocation> allocate(std::uint64_t size) { return memory_->allocate(size); }

  private:
    M* memory_;
};

}  // namespace internal
}  // namespace rproc::testing
