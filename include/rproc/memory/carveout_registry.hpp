// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/internal/bytes.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/memory/address_index.hpp"
#include "rproc/memory/carveout.hpp"
#include "rproc/memory/provider.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// The carveouts of one remote processor, in the order of registration, and the translation from addresses to their
/// bytes.
///
/// Threads: concurrent lookups are safe while no thread registers, maps or clears.
class CarveoutRegistry {
  public:
    /// Upper bound of the number of carveouts. Bounds memory use for malformed resource tables.
    static constexpr std::size_t kLimit = 4096;

    CarveoutRegistry() = default;
    CarveoutRegistry(const CarveoutRegistry&) = delete;
    CarveoutRegistry& operator=(const CarveoutRegistry&) = delete;

    /// Registers a carveout, unmapped (the kernel's `rproc_add_carveout`). If a name occurs twice, lookups find the
    /// first.
    /// @returns the registered carveout, valid until `clear()`, or
    ///   carveout_limit: there are already kLimit;
    ///   address_overflow: its device or physical range wraps.
    [[nodiscard]] Result<Carveout*> add(Carveout carveout) {
        if (carveouts_.size() >= kLimit) {
            return fail(ErrorCode::carveout_limit, place_of(carveout), kLimit);
        }
        const bool wraps = (carveout.da && !DeviceRange::make(*carveout.da, carveout.size)) ||
                           !PhysicalRange::make(carveout.pa, carveout.size);
        if (wraps) {
            return fail(ErrorCode::address_overflow, place_of(carveout));
        }
        return &carveouts_.emplace_back(std::move(carveout));
    }

    /// @returns the first carveout of that name (e.g. "vdev0vring1"), valid until `clear()`, or nullptr.
    [[nodiscard]] Carveout* find_by_name(std::string_view name) noexcept {
        const auto found = std::ranges::find(carveouts_, name, &Carveout::name);
        return found == carveouts_.end() ? nullptr : &*found;
    }

    /// Maps or allocates the bytes of one carveout. Kind::pool and a mapped carveout stay as they are. An allocated
    /// carveout gets its `pa`; the caller sets its `da`. Call `index()` after the last mapping.
    /// @returns nothing, or
    ///   memory_region_unmappable: it is a region without bytes, or not `mappable`;
    ///   or the provider's error. The carveout is then unchanged.
    template <MemoryProvider M>
    [[nodiscard]] Result<void> map(Carveout& carveout, M& memory) {
        if (carveout.kind == Carveout::Kind::pool || carveout.mapping.mapped()) return {};
        if (carveout.kind == Carveout::Kind::region) {
            if (carveout.size == 0 || !carveout.mappable)
                return fail(ErrorCode::memory_region_unmappable, place_of(carveout), carveout.pa.value(), carveout.size,
                            carveout.size == 0 ? "it has no bytes" : "it lies in the RAM that Linux uses");
            RPROC_TRY_ASSIGN(carveout.mapping, memory.map(*PhysicalRange::make(carveout.pa, carveout.size)));
            return {};
        }
        RPROC_TRY_ASSIGN(Allocation allocation, memory.allocate(carveout.size));
        carveout.pa = allocation.pa;
        carveout.mapping = std::move(allocation.mapping);
        return {};
    }

    /// Rebuilds the lookup by address from the carveouts that are mapped now. A carveout without device address is
    /// found by its physical address only.
    void index() {
        std::vector<AddressIndex<DeviceSpace>::Piece> device;
        std::vector<AddressIndex<PhysicalSpace>::Piece> physical;
        for (const Carveout& carveout : carveouts_) {
            if (!carveout.mapping.mapped()) continue;
            if (carveout.da) add_piece(device, *carveout.da, carveout);
            add_piece(physical, carveout.pa, carveout);
        }
        by_da_ = AddressIndex<DeviceSpace>(std::move(device));
        by_pa_ = AddressIndex<PhysicalSpace>(std::move(physical));
    }

    /// A platform's rule from device to physical addresses.
    struct Translation {
        const void* self = nullptr;  ///< first argument of `to_physical`
        /// @returns the physical range, or nothing when the rule does not have the device range.
        std::optional<PhysicalRange> (*to_physical)(const void* self, DeviceRange range) = nullptr;
    };

    /// From now on `da_to_va` applies this rule first. `clear()` keeps it.
    /// @param rule its `self` must outlive the registry.
    void translate_by(Translation rule) noexcept { translation_ = rule; }

    /// The platform's rule, where there is one, comes before the device addresses of the carveouts; these decide about
    /// what the rule does not have, and about a physical range that no indexed carveout holds.
    /// @returns the `size` bytes at device address `da` (the kernel's `rproc_da_to_va`), valid until `clear()`, or an
    ///   empty span when no single indexed carveout holds them all.
    [[nodiscard]] std::span<std::byte> da_to_va(DeviceAddress da, std::uint64_t size) const noexcept {
        if (translation_.to_physical != nullptr) {
            if (const auto bytes = translated(da, size); !bytes.empty()) return bytes;
        }
        return by_da_.find(da, size);
    }

    /// @returns the `size` bytes at physical address `pa` (the kernel's `rproc_pa_to_va`), as `da_to_va`.
    [[nodiscard]] std::span<std::byte> pa_to_va(PhysicalAddress pa, std::uint64_t size) const noexcept {
        return by_pa_.find(pa, size);
    }

    /// The bytes that begin where `part` does, also past its end.
    /// @param part of the bytes of a mapped carveout.
    /// @returns `size` bytes, valid until `clear()`, or an empty span when that carveout ends before.
    [[nodiscard]] std::span<std::byte> resized(std::span<std::byte> part, std::uint64_t size) const noexcept {
        for (const Carveout& carveout : carveouts_) {
            const std::span<std::byte> all = carveout.mapping.bytes();
            const auto begins_in = [&](const std::byte* from, const std::byte* to) {
                return !std::less<>()(part.data(), from) && std::less<>()(part.data(), to);
            };
            if (all.empty() || !begins_in(all.data(), all.data() + all.size())) continue;
            const auto offset = static_cast<std::uint64_t>(part.data() - all.data());
            return internal::fits(offset, size, all.size()) ? internal::slice(all, offset, size)
                                                            : std::span<std::byte>();
        }
        return {};
    }

    /// Removes all carveouts, and unmaps or frees their memory, in the reverse order of registration.
    void clear() noexcept {
        by_da_ = {};
        by_pa_ = {};
        while (!carveouts_.empty()) carveouts_.pop_back();
    }

    ~CarveoutRegistry() { clear(); }

    /// The number of carveouts.
    [[nodiscard]] std::size_t size() const noexcept { return carveouts_.size(); }
    /// All carveouts, in the order of registration.
    [[nodiscard]] const std::deque<Carveout>& all() const noexcept { return carveouts_; }
    [[nodiscard]] std::deque<Carveout>& all() noexcept { return carveouts_; }

  private:
    [[nodiscard]] std::span<std::byte> translated(DeviceAddress da, std::uint64_t size) const {
        const auto range = DeviceRange::make(da, size);
        if (!range) return {};
        const auto physical = translation_.to_physical(translation_.self, *range);
        if (!physical || physical->size() != size) return {};
        return pa_to_va(physical->start(), size);
    }

    template <class Space>
    static void add_piece(std::vector<typename AddressIndex<Space>::Piece>& pieces, Address<Space> start,
                          const Carveout& carveout) {
        const auto range = AddressRange<Space>::make(start, carveout.size);
        if (range) pieces.push_back({*range, carveout.mapping.bytes().data()});
    }

    std::deque<Carveout> carveouts_;  // a deque: addresses stay valid as it grows
    AddressIndex<DeviceSpace> by_da_;
    AddressIndex<PhysicalSpace> by_pa_;
    Translation translation_;
};

}  // namespace rproc
