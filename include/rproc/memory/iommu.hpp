// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstdint>

#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// The IOMMU domain of a remote processor (the kernel's `struct iommu_domain`). Called by one thread at a time.
template <class I>
concept IommuDomain = requires(I& i, DeviceRange da, PhysicalAddress pa, std::uint32_t flags) {
    // Attaches the processor to the domain (iommu_attach_device): its accesses outside of mapped ranges fault from now
    // on.
    { i.attach() } -> std::same_as<Result<void>>;
    // Detaches the processor. All ranges were unmapped before.
    { i.detach() } -> std::same_as<void>;
    // Maps `da.size()` bytes at `pa` to `da` (iommu_map). `flags` are those of the resource table entry (IOMMU_READ 1,
    // IOMMU_WRITE 2, ..., as in linux/iommu.h). On error, iommu_refused, nothing is mapped.
    { i.map(da, pa, flags) } -> std::same_as<Result<void>>;
    // Unmaps the range of one call of `map`.
    { i.unmap(da) } -> std::same_as<void>;
};

}  // namespace rproc
