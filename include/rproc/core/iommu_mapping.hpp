// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/resource/entries.hpp"
#include "rproc/result.hpp"

/// What a resource table asks of an IOMMU: every mapping is remembered among the resources, and taken back with them.
namespace rproc {

namespace internal {

inline constexpr ErrorText kIommuWraps{
    .code = ErrorCode::iommu_refused,
    .message = "da {0:#x}, pa {1:#x}, {2:#x} bytes: runs past the end of the address space",
    .hint = "correct da or len of the entry"};

}  // namespace internal

/// Shows the processor memory at a device address.
/// @param where what asked for it: the place of the error.
/// @returns nothing, or
///   iommu_refused: the range wraps, or the domain refuses it.
template <IommuDomain I>
[[nodiscard]] Result<void> map_iommu(I& iommu, Resources& resources, DeviceAddress da, PhysicalAddress pa,
                                     std::uint64_t size, std::uint32_t flags, const Place& where) {
    const auto range = DeviceRange::make(da, size);
    if (!range || !PhysicalRange::make(pa, size))
        return fail(internal::kIommuWraps, where, da.value(), pa.value(), size);
    auto mapped = iommu.map(*range, pa, flags);
    if (mapped) {
        resources.iommu_mappings.push_back(*range);
        return mapped;
    }
    Error& error = mapped.error();
    error.set_place(where);
    error.set_note(fill("da {0:#x}+{1:#x}, pa {2:#x}", {da.value(), size, pa.value()}));
    if (error.text().hint.empty()) error.set_hint("entries must not overlap, and must begin and end on a page");
    return mapped;
}

/// Shows the processor the peripheral that a devmem entry names (the kernel's rproc_handle_devmem).
/// @returns nothing, or
///   entry_truncated, entry_reserved_bytes: see entries.hpp;
///   iommu_refused.
template <IommuDomain I>
[[nodiscard]] Result<void> map_devmem(I& iommu, Resources& resources, const ResourceEntry& entry) {
    RPROC_TRY_ASSIGN(const wire::Devmem request, decode_devmem(entry));
    auto mapped = map_iommu(iommu, resources, DeviceAddress(request.da), PhysicalAddress(request.pa), request.len,
                            request.flags, place_of(entry));
    if (!mapped) mapped.error().set_kernel_line("failed to map devmem: {result}");
    return mapped;
}

/// Takes every mapping back, the last first.
template <IommuDomain I>
void unmap_iommu(I& iommu, Resources& resources) {
    auto& mappings = resources.iommu_mappings;
    for (; !mappings.empty(); mappings.pop_back()) iommu.unmap(mappings.back());
}

}  // namespace rproc
