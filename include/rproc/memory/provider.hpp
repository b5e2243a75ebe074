// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstdint>

#include "rproc/memory/address.hpp"
#include "rproc/memory/mapping.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Memory that a provider allocated for a carveout without a fixed address (Linux: `dma_alloc_coherent`).
struct Allocation {
    PhysicalAddress pa;  ///< of the first byte
    Mapping mapping;
};

/// Maps and allocates the bytes of carveouts: a model on the heap in tests, the physical memory on a board. Called by
/// one thread at a time. Mappings must not outlive the provider.
template <class M>
concept MemoryProvider = requires(M& m, PhysicalRange range, std::uint64_t size) {
    // Maps memory at a fixed address. Every mapping of the same place shares its bytes. Errors: memory_overlap,
    // memory_exhausted.
    { m.map(range) } -> std::same_as<Result<Mapping>>;
    // Allocates `size` zeroed bytes at any address. Error: memory_exhausted, also when `size` is 0.
    { m.allocate(size) } -> std::same_as<Result<Allocation>>;
};

}  // namespace rproc
