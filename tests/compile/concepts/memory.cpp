// SPDX-License-Identifier: BSD-2-Clause
// Each requirement of the concepts of memory/.
#include "rproc/memory/iommu.hpp"
#include "rproc/memory/provider.hpp"

#include "concepts/cases.hpp"

namespace rproc::test {

struct WholeMemory {
    Result<Mapping> map(PhysicalRange range);
    Result<Allocation> allocate(std::uint64_t size);
};
MEETS(MemoryProvider, WholeMemory);
NEEDS(MemoryProvider, WholeMemory, map)
NEEDS(MemoryProvider, WholeMemory, allocate)
NEEDS_EXACTLY(MemoryProvider, WholeMemory, map, Result<Mapping> map(DeviceRange range))
NEEDS_EXACTLY(MemoryProvider, WholeMemory, allocate, Result<Mapping> allocate(std::uint64_t size))

struct WholeIommu {
    Result<void> attach();
    void detach();
    Result<void> map(DeviceRange da, PhysicalAddress pa, std::uint32_t flags);
    void unmap(DeviceRange da);
};
MEETS(IommuDomain, WholeIommu);
NEEDS(IommuDomain, WholeIommu, attach)
NEEDS(IommuDomain, WholeIommu, detach)
NEEDS(IommuDomain, WholeIommu, map)
NEEDS(IommuDomain, WholeIommu, unmap)
NEEDS_EXACTLY(IommuDomain, WholeIommu, map, Result<void> map(DeviceRange da, PhysicalRange pa, std::uint32_t flags))

}  // namespace rproc::test
