// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "rproc/internal/bytes.hpp"
#include "rproc/memory/provider.hpp"

namespace rproc {

/// A model of the physical memory of a board, on the heap, for tests and for `rproc check`. A fixed place keeps its
/// content between mappings, as RETRAM does. Allocated memory is freed with its mapping.
///
/// A handle: copies refer to the same memory, so that a test can inspect it. The last handle must outlive all mappings.
/// Not thread-safe.
class ModelMemory {
  public:
    /// The physical address of the first allocation: in the DDR of an STM32MP15 with 512 MiB.
    static constexpr PhysicalAddress kPoolStart{0xd0000000};
    /// The largest allocation, in bytes. Debian's armmp kernel with its CMA area of 16 MiB allocates 8 MiB, but not 16
    /// MiB.
    static constexpr std::uint64_t kLargestAllocation = 8ULL << 20U;
    /// The largest total of all allocations, in bytes.
    static constexpr std::uint64_t kPoolSize = 16ULL << 20U;
    /// The largest fixed place, in bytes.
    static constexpr std::uint64_t kLargestRegion = 1ULL << 30U;

    ModelMemory() : state_(std::make_shared<State>()) {}

    /// Whether a firewall of the SoC keeps Linux out of a range now.
    using Firewall = std::function<bool(PhysicalRange)>;

    /// From now on `map` refuses the ranges for which `closed` returns true. A mapping that exists stays.
    /// @param closed called by each `map`; must not call the memory.
    /// @returns the owner of the firewall: destroy it to remove the firewall.
    [[nodiscard]] std::shared_ptr<const Firewall> add_firewall(Firewall closed) {
        auto added = std::make_shared<const Firewall>(std::move(closed));
        std::erase_if(state_->firewalls, [](const auto& each) { return each.expired(); });
        state_->firewalls.emplace_back(added);
        return added;
    }

    /// Maps a fixed place; its bytes are zero at first.
    /// @returns the mapping, or
    ///   access_denied: a firewall is closed for the range;
    ///   memory_overlap: the range overlaps a place that was mapped with other bounds;
    ///   memory_exhausted: its size is 0 or more than kLargestRegion.
    [[nodiscard]] Result<Mapping> map(PhysicalRange range) {
        RPROC_TRY(refuse_size(range.size(), kLargestRegion));
        RPROC_TRY(refuse_closed(range));
        for (Region& region : state_->fixed) {
            if (!region.range.contains(range)) continue;
            const std::uint64_t offset = range.start().value() - region.range.start().value();
            return lend(internal::slice(std::span(region.bytes), offset, range.size()), &give_back);
        }
        RPROC_TRY(refuse_overlap(range));
        state_->fixed.push_back({range, zeroes(range.size())});
        return lend(state_->fixed.back().bytes, &give_back);
    }

    /// Allocates zeroed bytes, which live as long as the mapping.
    /// @param size in bytes.
    /// @returns the allocation, or
    ///   memory_exhausted: `size` is 0, more than kLargestAllocation, or more than is left of kPoolSize.
    [[nodiscard]] Result<Allocation> allocate(std::uint64_t size) {
        RPROC_TRY(refuse_size(size, std::min(kLargestAllocation, kPoolSize - allocated())));
        const PhysicalAddress pa = next_free();
        state_->pool.push_back({*PhysicalRange::make(pa, size), zeroes(size)});
        return Allocation{pa, lend(state_->pool.back().bytes, &free_allocation)};
    }

    /// The number of live mappings; 0 after a complete rollback.
    [[nodiscard]] std::size_t mapped() const noexcept { return state_->lent; }

    /// Clears every fixed place, as a power cycle does.
    void clear() noexcept {
        for (Region& region : state_->fixed) std::ranges::fill(region.bytes, std::byte{0});
    }

    /// Whether every byte of every fixed place is zero.
    [[nodiscard]] bool is_clear() const noexcept {
        return std::ranges::all_of(state_->fixed, [](const Region& region) {
            return std::ranges::all_of(region.bytes, [](std::byte b) { return b == std::byte{0}; });
        });
    }

  private:
    struct Region {
        PhysicalRange range;
        std::vector<std::byte> bytes;
    };
    struct State {
        std::list<Region> fixed;  // lists: mappings point into the regions
        std::list<Region> pool;
        std::size_t lent = 0;
        std::vector<std::weak_ptr<const Firewall>> firewalls;
    };

    /// Precondition: `size` is at most kLargestRegion, which any std::size_t can hold.
    [[nodiscard]] static std::vector<std::byte> zeroes(std::uint64_t size) {
        return std::vector<std::byte>(static_cast<std::size_t>(size));
    }

    [[nodiscard]] Mapping lend(std::span<std::byte> bytes, Mapping::Release release) noexcept {
        ++state_->lent;
        return {bytes, release, state_.get()};
    }

    static void give_back(void* owner, std::span<std::byte> /*bytes*/) noexcept { --static_cast<State*>(owner)->lent; }

    static void free_allocation(void* owner, std::span<std::byte> bytes) noexcept {
        auto& pool = static_cast<State*>(owner)->pool;
        std::erase_if(pool, [&](const Region& region) { return region.bytes.data() == bytes.data(); });
        give_back(owner, bytes);
    }

    [[nodiscard]] std::uint64_t allocated() const noexcept {
        std::uint64_t total = 0;
        for (const Region& region : state_->pool) total += region.range.size();
        return total;
    }

    [[nodiscard]] PhysicalAddress next_free() const noexcept {
        constexpr std::uint64_t kPage = 4096;
        if (state_->pool.empty()) return kPoolStart;
        return PhysicalAddress((state_->pool.back().range.end().value() + kPage - 1) / kPage * kPage);
    }

    [[nodiscard]] Result<void> refuse_closed(PhysicalRange range) const {
        for (const auto& each : state_->firewalls) {
            const auto firewall = each.lock();
            if (firewall != nullptr && (*firewall)(range))
                return fail(kClosed, place::Physical{range.start().value(), range.size()});
        }
        return {};
    }

    [[nodiscard]] Result<void> refuse_overlap(PhysicalRange range) const {
        const auto other =
            std::ranges::find_if(state_->fixed, [&](const Region& r) { return r.range.overlaps(range); });
        if (other == state_->fixed.end()) return {};
        return fail(ErrorCode::memory_overlap, place::Physical{range.start().value(), range.size()},
                    other->range.start().value(), other->range.size());
    }

    static constexpr ErrorText kClosed{
        .code = ErrorCode::access_denied,
        .message = "the TEE keeps this memory from Linux while it holds a firmware there",
        .hint = "place what Linux and the firmware share in a memory-region of the processor's node"};
    static constexpr ErrorText kNoSuchMemory{.code = ErrorCode::memory_exhausted,
                                             .message = "cannot get {0:#x} bytes of memory in one piece"};

    [[nodiscard]] static Result<void> refuse_size(std::uint64_t size, std::uint64_t largest) {
        if (size != 0 && size <= largest) return {};
        return fail(kNoSuchMemory, {}, size);
    }

    std::shared_ptr<State> state_;
};
static_assert(MemoryProvider<ModelMemory>);

}  // namespace rproc
