// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rproc/devmem/memory_device.hpp"
#include "rproc/memory/device_copy.hpp"
#include "rproc/memory/provider.hpp"

namespace rproc::devmem {

/// A range that lies in no reserved region; the error names the region that it begins in, if there is one.
/// @returns devmem_unreserved.
[[nodiscard]] Error not_reserved(PhysicalRange range, std::span<const PhysicalRange> reserved);

/// Physical memory of the board, through /dev/mem or a UIO device: the MemoryProvider of a processor that is really
/// there. It maps inside of the reserved regions that it is given and nowhere else, because a write beside them would
/// hit Linux itself.
///
/// The bytes of a mapping are a device's: code that copies many of them uses `copy_to_device` and its sisters
/// (memory/device_copy.hpp), as the library does. A resource table must lie at a multiple of 4.
///
/// A handle: copies refer to the same memory. The last handle must outlive all mappings. Not thread-safe.
template <MemoryOs Os>
class BasicDevMem {
  public:
    /// @param reserved what may be mapped: the `reg` of the nodes that `memory-region` points to.
    /// @param pool where `allocate` takes memory from; it has no other user. Without one, each is refused.
    BasicDevMem(MemoryDevice<Os> device, std::vector<PhysicalRange> reserved, std::optional<PhysicalRange> pool = {})
        : state_(std::make_shared<State>(std::move(device), std::move(reserved), pool)) {}

    /// @returns the bytes at `range`, as they are, or
    ///   memory_exhausted: its size is 0;
    ///   devmem_unreserved: no single reserved region holds it;
    ///   or an error of MemoryDevice::map.
    [[nodiscard]] Result<Mapping> map(PhysicalRange range) {
        if (range.empty()) return fail(kNoSize, {});
        const auto holds = [&](const PhysicalRange& region) { return region.contains(range); };
        if (std::ranges::none_of(state_->reserved, holds)) return fail(not_reserved(range, state_->reserved));
        return lend(range, Use::fixed);
    }

    /// Takes the first free pages of the pool, and clears them.
    /// @returns the bytes, which are free again when the mapping ends, or
    ///   memory_exhausted: there is no pool, `size` is 0, or no gap of the pool is large enough;
    ///   or an error of MemoryDevice::map.
    [[nodiscard]] Result<Allocation> allocate(std::uint64_t size) {
        if (!state_->pool) return fail(kNoPool, {}, size);
        if (size == 0) return fail(kNoSize, {});
        const auto place = free_place(size);
        if (!place) return fail(kPoolFull, {}, size, state_->pool->start().value(), state_->pool->size());
        RPROC_TRY_ASSIGN(Mapping mapping, lend(*place, Use::allocated));
        clear_device(mapping.bytes());
        return Allocation{place->start(), std::move(mapping)};
    }

    /// How many mappings are alive: 0 after everything was undone.
    [[nodiscard]] std::size_t mapped() const noexcept { return state_->lent.size(); }

  private:
    enum class Use { fixed, allocated };
    struct Lent {
        PhysicalRange range;
        Use use;
        MappedPages<Os> pages;
    };
    struct State {
        State(MemoryDevice<Os> memory_device, std::vector<PhysicalRange> regions, std::optional<PhysicalRange> free)
            : device(std::move(memory_device)), reserved(std::move(regions)), pool(free) {}

        MemoryDevice<Os> device;
        std::vector<PhysicalRange> reserved;
        std::optional<PhysicalRange> pool;
        std::list<Lent> lent{};
    };

    static constexpr ErrorText kNoSize{.code = ErrorCode::memory_exhausted,
                                       .message = "a memory of 0 bytes cannot be mapped"};
    static constexpr ErrorText kNoPool{
        .code = ErrorCode::memory_exhausted,
        .message = "{0:#x} bytes are asked for at no fixed place, and user space has no memory to give away",
        .hint =
            "give the entry of the resource table a da inside of a memory-region, or name it as the region is named"};
    static constexpr ErrorText kPoolFull{.code = ErrorCode::memory_exhausted,
                                         .message = "{0:#x} bytes are not free in the pool at {1:#x}+{2:#x}",
                                         .hint = "reserve a larger region for the pool"};

    [[nodiscard]] Result<Mapping> lend(PhysicalRange range, Use use) {
        RPROC_TRY_ASSIGN(MappedPages<Os> pages, state_->device.map(range));
        state_->lent.push_back({range, use, std::move(pages)});
        return Mapping(state_->lent.back().pages.bytes(), &give_back, state_.get());
    }

    static void give_back(void* owner, std::span<std::byte> bytes) noexcept {
        auto& lent = static_cast<State*>(owner)->lent;
        const auto is_it = [&](const Lent& each) { return each.pages.bytes().data() == bytes.data(); };
        lent.erase(std::ranges::find_if(lent, is_it));
    }

    /// Whole pages, so that no two allocations share one.
    [[nodiscard]] std::optional<PhysicalRange> free_place(std::uint64_t size) const {
        const std::uint64_t page = state_->device.os().page_size();
        auto candidate = PhysicalRange::make(state_->pool->start(), size);
        for (bool moved = true; moved && candidate;) {
            moved = false;
            for (const Lent& each : state_->lent) {
                if (!candidate || each.use != Use::allocated || !candidate->overlaps(each.range)) continue;
                const auto past = each.range.end().plus(page - 1);
                candidate =
                    past ? PhysicalRange::make(PhysicalAddress(past->value() / page * page), size) : std::nullopt;
                moved = true;
            }
        }
        return candidate && state_->pool->contains(*candidate) ? candidate : std::nullopt;
    }

    std::shared_ptr<State> state_;
};

using DevMem = BasicDevMem<PosixMemoryOs>;
static_assert(MemoryProvider<DevMem>);

}  // namespace rproc::devmem
