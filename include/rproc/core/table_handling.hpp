// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <utility>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/iommu_mapping.hpp"
#include "rproc/core/resource_handler.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/observer.hpp"
#include "rproc/resource/table_view.hpp"
#include "rproc/result.hpp"

namespace rproc {

namespace internal {

[[nodiscard]] inline bool is_known(const ResourceEntry& entry) noexcept {
    return entry.type() <= static_cast<std::uint32_t>(wire::EntryType::vdev);
}

template <Backend B, Platform P>
[[nodiscard]] Result<VendorEntry> handle_entry(Context& ctx, B& backend, P& platform, Resources& resources,
                                               const ResourceEntry& entry) {
    ResourceHandler handler(ctx, resources);
    if constexpr (HasIommu<P>) {
        if (static_cast<wire::EntryType>(entry.type()) == wire::EntryType::devmem) {
            RPROC_TRY(map_devmem(platform.iommu(), resources, entry));
            return VendorEntry::handled;
        }
    }
    if (is_known(entry)) {
        RPROC_TRY(handler.handle(entry));
        return VendorEntry::handled;
    }
    if constexpr (HasHandleRsc<B>) {
        if (entry.is_vendor()) {
            auto handled = backend.handle_rsc(ctx, entry);
            if (!handled || *handled == VendorEntry::handled) return handled;
        }
    }
    handler.ignore(entry);
    return VendorEntry::ignored;
}

}  // namespace internal

/// Takes in a whole resource table, entry by entry (the kernel's `rproc_handle_resources`); what the handlers say
/// reaches the observer after each entry.
/// @returns nothing, or
///   the error of an entry (ResourceTableView::entry, ResourceHandler::handle, map_devmem) or of the backend's
///   `handle_rsc`; vendor_entry_fails_boot: the last entry that Linux 6.1 knows is a vendor's that nobody handles.
template <Backend B, Platform P, Observer O>
[[nodiscard]] Result<void> handle_table(Context& ctx, B& backend, P& platform, O& observer, Resources& resources,
                                        const ResourceTableView& table) {
    bool ends_ignored = false;
    RPROC_TRY(table.for_each([&](const ResourceEntry& entry) -> Result<void> {
        auto handled = internal::handle_entry(ctx, backend, platform, resources, entry);
        ctx.drain(Step::handle_resources, observer);
        if (!handled) return fail(std::move(handled).error());
        if (entry.is_vendor() || internal::is_known(entry)) ends_ignored = *handled == VendorEntry::ignored;
        return {};
    }));
    if (!ends_ignored) return {};
    return fail(ErrorCode::vendor_entry_fails_boot, place::Table{});
}

}  // namespace rproc
