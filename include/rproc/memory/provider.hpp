// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstdint>

#include "rproc/memory/address.hpp"
#include "rproc/memory/mapping.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Memory that a provider found for a carveout without a fixed place (Linux: `dma_alloc_coherent`).
struct Allocation {
    PhysicalAddress pa;
    Mapping mapping;
};

/// Gives carveouts their bytes: a model on the heap in tests, the board's memory on a board.
template <class M>
concept MemoryProvider = requires(M& m, PhysicalRange range, std::uint64_t size) {
    // Maps memory that exists at a fixed place. Every mapping of the same place shows the same bytes. Refuses with
    // memory_overlap or memory_exhausted. The mapping must not outlive the provider.
    { m.map(range) } -> std::same_as<Result<Mapping>>;
    // Finds `size` zeroed bytes anywhere. Refuses with memory_exhausted (also when size is 0).
    { m.allocate(size) } -> std::same_as<Result<Allocation>>;
};

}  // namespace rproc
