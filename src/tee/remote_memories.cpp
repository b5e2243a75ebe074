// SPDX-License-Identifier: BSD-2-Clause
#include "tee/remote_memories.hpp"

#include <algorithm>
#include <utility>

#include "rproc/internal/bytes.hpp"

namespace rproc::tee::internal {

Result<RemoteMemories> RemoteMemories::map(std::span<const RemoteMemory> memories, ModelMemory memory) {
    RemoteMemories mapped(std::move(memory));
    for (const RemoteMemory& wanted : memories) {
        const auto da = DeviceRange::make(wanted.da, wanted.pa.size());
        if (!da) {
            return fail(ErrorCode::address_overflow, place::Device{wanted.da.value()});
        }
        RPROC_TRY_ASSIGN(Mapping mapping, mapped.memory_.map(wanted.pa));
        mapped.entries_.push_back({*da, wanted.pa.start(), std::move(mapping)});
    }
    return mapped;
}

std::optional<RemoteMemories::Place> RemoteMemories::find(DeviceAddress da, std::uint64_t size) const {
    const auto range = DeviceRange::make(da, size);
    if (!range) return std::nullopt;
    const auto entry = std::ranges::find_if(entries_, [&](const Entry& e) { return e.da.contains(*range); });
    if (entry == entries_.end()) return std::nullopt;
    const std::uint64_t offset = da.value() - entry->da.start().value();
    return Place{rproc::internal::slice(entry->mapping.bytes(), offset, size),
                 *PhysicalRange::make(*entry->pa.plus(offset), size)};
}

void RemoteMemories::clear() {
    for (const Entry& entry : entries_) std::ranges::fill(entry.mapping.bytes(), std::byte{0});
}

bool RemoteMemories::is_clear() const {
    return std::ranges::all_of(entries_, [](const Entry& entry) {
        return std::ranges::all_of(entry.mapping.bytes(), [](std::byte b) { return b == std::byte{0}; });
    });
}

}  // namespace rproc::tee::internal
