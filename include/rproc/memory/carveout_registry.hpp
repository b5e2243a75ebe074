// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/memory/address_index.hpp"
#include "rproc/memory/carveout.hpp"
#include "rproc/memory/provider.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// The carveouts of one remote processor, in the order in which they were registered, and the way from an address to
/// their bytes. Lookups may run in several threads while nobody registers, maps or clears.
class CarveoutRegistry {
  public:
    /// More carveouts than any firmware has; a resource table of garbage shall not eat the machine.
    static constexpr std::size_t kLimit = 4096;

    CarveoutRegistry() = default;
    CarveoutRegistry(const CarveoutRegistry&) = delete;
    CarveoutRegistry& operator=(const CarveoutRegistry&) = delete;

    /// Registers a carveout, unmapped (the kernel's `rproc_add_carveout`). Names may repeat: the first is found.
    /// @returns the registered carveout, valid until `clear()`, or
    ///   carveout_limit: there are kLimit already;
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

    /// The first carveout of that name (e.g. "vdev0vring1"), or nullptr.
    [[nodiscard]] Carveout* find_by_name(std::string_view name) noexcept {
        const auto found = std::ranges::find(carveouts_, name, &Carveout::name);
        return found == carveouts_.end() ? nullptr : &*found;
    }

    /// Maps or allocates one carveout, with its bytes from `memory`. A `pool` stays unmapped. An allocated carveout
    /// gets its `pa`; its `da` is for the caller to find.
    /// @returns nothing, or the provider's error; then the carveout is unchanged. Call `index()` after the last.
    template <MemoryProvider M>
    [[nodiscard]] Result<void> map(Carveout& carveout, M& memory) {
        if (carveout.kind == Carveout::Kind::pool || carveout.mapping.mapped()) return {};
        if (carveout.kind == Carveout::Kind::region) {
            RPROC_TRY_ASSIGN(carveout.mapping, memory.map(*PhysicalRange::make(carveout.pa, carveout.size)));
            return {};
        }
        RPROC_TRY_ASSIGN(Allocation allocation, memory.allocate(carveout.size));
        carveout.pa = allocation.pa;
        carveout.mapping = std::move(allocation.mapping);
        return {};
    }

    /// Makes the carveouts that are mapped by now findable by address, and no others. One without a device address is
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

    /// The `size` bytes that the remote processor sees at `da` (the kernel's `rproc_da_to_va`), or an empty span when
    /// no single mapped carveout holds them all. Valid until `clear()`.
    [[nodiscard]] std::span<std::byte> da_to_va(DeviceAddress da, std::uint64_t size) const noexcept {
        return by_da_.find(da, size);
    }

    /// The `size` bytes at the physical address (the kernel's `rproc_pa_to_va`), likewise.
    [[nodiscard]] std::span<std::byte> pa_to_va(PhysicalAddress pa, std::uint64_t size) const noexcept {
        return by_pa_.find(pa, size);
    }

    /// Forgets all carveouts, and gives their memory back in the reverse order of registration.
    void clear() noexcept {
        by_da_ = {};
        by_pa_ = {};
        while (!carveouts_.empty()) carveouts_.pop_back();
    }

    ~CarveoutRegistry() { clear(); }

    [[nodiscard]] std::size_t size() const noexcept { return carveouts_.size(); }
    /// All carveouts, in the order of registration.
    [[nodiscard]] const std::deque<Carveout>& all() const noexcept { return carveouts_; }
    [[nodiscard]] std::deque<Carveout>& all() noexcept { return carveouts_; }

  private:
    template <class Space>
    static void add_piece(std::vector<typename AddressIndex<Space>::Piece>& pieces, Address<Space> start,
                          const Carveout& carveout) {
        const auto range = AddressRange<Space>::make(start, carveout.size);
        if (range) pieces.push_back({*range, carveout.mapping.bytes().data()});
    }

    std::deque<Carveout> carveouts_;  // a deque: addresses stay valid as it grows
    AddressIndex<DeviceSpace> by_da_;
    AddressIndex<PhysicalSpace> by_pa_;
};

}  // namespace rproc
