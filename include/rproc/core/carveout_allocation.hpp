// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/memory/carveout.hpp"
#include "rproc/resource/entries.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// What a resource table asks of an IOMMU: every mapping is remembered among the resources, and taken back with them.
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

namespace internal {

inline constexpr std::string_view kNoCarveoutLine = "Unable to allocate carveout {name}: {result}";

[[nodiscard]] inline Error allocation_failed(Context& ctx, const Carveout& carveout, Error error) {
    if (carveout.kind == Carveout::Kind::allocated) {
        // The size of a vring may have wrapped in the kernel.
        ctx.log(LogLevel::error, LogSource::driver, "failed to allocate dma memory: len {0:#x}",
                {ctx.kernel().as_size(carveout.size)});
    }
    if (carveout.kind == Carveout::Kind::region)
        ctx.log(LogLevel::error, LogSource::driver, "Unable to map memory region: {0:#018x}+{1:#x}",
                {carveout.pa.value(), carveout.size});
    error.set_place(place_of(carveout));
    error.set_kernel_line(kNoCarveoutLine);
    if (error.code() == ErrorCode::memory_region_unmappable) return error;
    error.set_hint("name a memory-region of the device tree in the carveout entry, and ask for no more than it has");
    return std::move(error).with_code(ErrorCode::memory_exhausted);
}

template <Platform P>
[[nodiscard]] std::optional<DeviceAddress> pa_to_da(const P& platform, PhysicalAddress pa) {
    if constexpr (HasPaToDa<P>) {
        return platform.pa_to_da(pa);
    } else {
        return DeviceAddress(pa.value());
    }
}

/// Settles the device address of memory that the provider chose, and says so when the processor does not see it there.
inline void settle_da(Context& ctx, Carveout& carveout, std::optional<DeviceAddress> seen_at) {
    // A carveout whose end lies past the last address cannot be seen whole.
    if (seen_at && !DeviceRange::make(*seen_at, carveout.size)) seen_at.reset();
    const auto asked = carveout.da;
    if (!asked) carveout.da = seen_at;
    if (seen_at && (!asked || asked == seen_at)) return;
    if (asked) {
        ctx.log(LogLevel::warning, LogSource::driver, "Allocated carveout doesn't fit device address request");
    } else {
        ctx.log(LogLevel::warning, LogSource::remoteproc, "DMA address cast in 32bit to fit resource table format");
    }
    ctx.notice(Severity::warning, Error(ErrorCode::carveout_elsewhere, place_of(carveout), carveout.pa.value()));
}

/// Finds where the processor sees new memory: where the firmware wants it, if there is an IOMMU to show it there.
template <Platform P>
[[nodiscard]] Result<void> place_allocated(Context& ctx, P& platform, Resources& resources, Carveout& carveout) {
    if constexpr (HasIommu<P>) {
        if (carveout.da) {
            auto shown = map_iommu(platform.iommu(), resources, *carveout.da, carveout.pa, carveout.size,
                                   carveout.flags, place::Carveout{carveout.name});
            if (!shown) {
                ctx.log(LogLevel::error, LogSource::remoteproc, "iommu_map failed: {0}",
                        {shown.error().kernel_result()});
                shown.error().set_kernel_line(kNoCarveoutLine);
            }
            return shown;
        }
    }
    settle_da(ctx, carveout, pa_to_da(platform, carveout.pa));
    return {};
}

}  // namespace internal

/// Gives a carveout its bytes from the platform's memory, and writes where it lies into the table entry that asked for
/// it (the kernel's `rproc_alloc_registered_carveouts`, for one of them).
/// @returns nothing (also when the processor does not see the memory: a notice), or
///   memory_exhausted: there is no such memory; the carveout is unchanged;
///   iommu_refused: the firmware wants it at an address where the IOMMU does not show it.
template <Platform P>
[[nodiscard]] Result<void> allocate_carveout(Context& ctx, P& platform, Resources& resources, Carveout& carveout) {
    const bool new_memory = carveout.kind == Carveout::Kind::allocated && !carveout.mapping.mapped();
    if (auto mapped = ctx.carveouts().map(carveout, platform.memory()); !mapped) {
        return fail(internal::allocation_failed(ctx, carveout, std::move(mapped).error()));
    }
    if (new_memory) RPROC_TRY(internal::place_allocated(ctx, platform, resources, carveout));
    if (carveout.table_offset) {
        const auto da = carveout.da.value_or(DeviceAddress(wire::kAddressAny));
        // Linux knows the physical address only of what it has mapped, and tells the firmware 0 of a pool.
        const auto pa = carveout.mapping.mapped() ? carveout.pa : PhysicalAddress(0);
        ctx.table().set_carveout(*carveout.table_offset, da, pa, carveout.size);
    }
    return {};
}

}  // namespace rproc
