// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstdint>

#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// The IOMMU domain of a remote processor that sees memory through one (the kernel's `iommu_domain`).
template <class I>
concept IommuDomain = requires(I& i, DeviceRange da, PhysicalAddress pa, std::uint32_t flags) {
    // Makes the domain that of the processor, which from now on sees nothing but what is mapped.
    { i.attach() } -> std::same_as<Result<void>>;
    // The processor has no domain any more. Everything was unmapped before.
    { i.detach() } -> std::same_as<void>;
    // Shows the processor `da.size()` bytes from `pa` at `da`. `flags` are the entry's (IOMMU_READ 1, IOMMU_WRITE 2,
    // ...), as in linux/iommu.h. Refuses with iommu_refused; then nothing is mapped.
    { i.map(da, pa, flags) } -> std::same_as<Result<void>>;
    // Takes back what one call of `map` mapped.
    { i.unmap(da) } -> std::same_as<void>;
};

}  // namespace rproc
