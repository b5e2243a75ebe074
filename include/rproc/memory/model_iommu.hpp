// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/memory/iommu.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// A model of an IOMMU domain with pages of 4 KiB, for tests, and for determining what a firmware's devmem entries map.
/// Records the mappings, and translates addresses.
///
/// A handle: copies refer to the same domain. Not thread-safe.
class ModelIommu {
  public:
    /// Page size, bytes.
    static constexpr std::uint64_t kPage = 4096;

    /// One mapping.
    struct Entry {
        DeviceRange da;
        PhysicalAddress pa;   ///< of the first byte
        std::uint32_t flags;  ///< as passed to `map`
    };

    ModelIommu() : state_(std::make_shared<State>()) {}

    /// Attaches the domain. Never fails.
    [[nodiscard]] Result<void> attach() {
        state_->attached = true;
        return {};
    }
    /// Detaches the domain; mappings stay.
    void detach() noexcept { state_->attached = false; }

    /// @returns nothing, or
    ///   iommu_refused: the domain is not attached; an address or the size is no multiple of kPage; the size is 0; or
    ///     part of the range is already mapped.
    [[nodiscard]] Result<void> map(DeviceRange da, PhysicalAddress pa, std::uint32_t flags) {
        if (!state_->attached) return fail(kNotAttached, place_of(da));
        if ((da.start().value() | pa.value() | da.size()) % kPage != 0 || da.size() == 0)
            return fail(kNotAligned, place_of(da), kPage);
        if (std::ranges::any_of(state_->entries, [&](const Entry& entry) { return entry.da.overlaps(da); }))
            return fail(kMappedAlready, place_of(da));
        state_->entries.push_back({da, pa, flags});
        return {};
    }

    /// Removes the mapping of exactly this range, if there is one.
    void unmap(DeviceRange da) noexcept {
        std::erase_if(state_->entries, [&](const Entry& entry) {
            return entry.da.start() == da.start() && entry.da.size() == da.size();
        });
    }

    /// Models an access of the processor.
    /// @returns the physical address of `da`, or nothing for an unmapped address, after a call of the fault handler.
    [[nodiscard]] std::optional<PhysicalAddress> access(DeviceAddress da) const {
        for (const Entry& entry : state_->entries) {
            const auto offset = da.offset_from(entry.da.start());
            if (offset && *offset < entry.da.size()) return PhysicalAddress(entry.pa.value() + *offset);
        }
        if (state_->on_fault) state_->on_fault(da);
        return std::nullopt;
    }

    /// Sets the handler for accesses to unmapped addresses; it may call CrashWorker::report_crash with
    /// CrashType::mmufault. None by default.
    void set_fault_handler(std::function<void(DeviceAddress)> handler) { state_->on_fault = std::move(handler); }

    /// Whether the domain is attached.
    [[nodiscard]] bool attached() const noexcept { return state_->attached; }
    /// The mappings, in the order of mapping; empty after a complete rollback.
    [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return state_->entries; }

  private:
    struct State {
        bool attached = false;
        std::vector<Entry> entries;
        std::function<void(DeviceAddress)> on_fault;
    };

    static constexpr ErrorText kNotAttached{.code = ErrorCode::iommu_refused, .message = "the domain is not attached"};
    static constexpr ErrorText kNotAligned{.code = ErrorCode::iommu_refused,
                                           .message = "addresses and sizes must be multiples of {0:#x}"};
    static constexpr ErrorText kMappedAlready{.code = ErrorCode::iommu_refused,
                                              .message = "part of it is mapped already"};

    [[nodiscard]] static Place place_of(DeviceRange da) { return place::Device{da.start().value(), da.size()}; }

    std::shared_ptr<State> state_;
};
static_assert(IommuDomain<ModelIommu>);

}  // namespace rproc
