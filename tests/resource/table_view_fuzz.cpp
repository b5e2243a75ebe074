// SPDX-License-Identifier: BSD-2-Clause
//
// For any bytes: a table view, its entries and their decoded fields lie inside the table; a visit has the same result
// as decoding by hand; an editor writes only its own fields.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rproc/resource/entries.hpp"
#include "rproc/resource/table_editor.hpp"

namespace {

using rproc::ResourceEntry;
using rproc::Result;
using rproc::VdevEntry;
using rproc::wire::EntryType;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

/// Compares the visitor's arguments with the payload of the entry.
struct Visitor {
    int* calls;

    Result<void> operator()(const ResourceEntry& entry, const rproc::wire::Carveout& carveout) const {
        return plain(entry, carveout, EntryType::carveout);
    }
    Result<void> operator()(const ResourceEntry& entry, const rproc::wire::Devmem& devmem) const {
        return plain(entry, devmem, EntryType::devmem);
    }
    Result<void> operator()(const ResourceEntry& entry, const rproc::wire::Trace& trace) const {
        return plain(entry, trace, EntryType::trace);
    }
    Result<void> operator()(const ResourceEntry& entry, const VdevEntry& vdev) const {
        ++*calls;
        require(entry.is(EntryType::vdev));
        const std::size_t rings = sizeof(rproc::wire::Vdev) + vdev.vring_count() * sizeof(rproc::wire::Vring);
        require(rings + vdev.header().config_len <= entry.payload().size());
        require(vdev.config().size() == vdev.header().config_len);
        require(vdev.config().empty() || vdev.config().data() == entry.payload().data() + rings);
        for (std::uint32_t i = 0; i < vdev.vring_count(); ++i)
            require(same_bytes(vdev.vring(i),
                               entry.payload().subspan(sizeof(rproc::wire::Vdev) + i * sizeof(rproc::wire::Vring))));
        return {};
    }
    Result<void> operator()(const ResourceEntry& entry) const {
        ++*calls;
        require(entry.type() > static_cast<std::uint32_t>(EntryType::vdev));
        return {};
    }

  private:
    template <class T>
    static bool same_bytes(const T& value, std::span<const std::byte> bytes) {
        return bytes.size() >= sizeof(T) &&
               std::ranges::equal(std::as_bytes(std::span(&value, 1)), bytes.first(sizeof(T)));
    }

    template <class T>
    Result<void> plain(const ResourceEntry& entry, const T& payload, EntryType type) const {
        ++*calls;
        require(entry.is(type) && payload.reserved == 0 && same_bytes(payload, entry.payload()));
        return {};
    }
};

void check_entry(const rproc::ResourceTableView& table, const ResourceEntry& entry) {
    const auto bytes = table.bytes();
    require(entry.payload_offset() <= bytes.size());
    require(entry.payload().data() == bytes.data() + entry.payload_offset());
    require(entry.payload().size() == bytes.size() - entry.payload_offset());
    require(!describe(place_of(entry)).empty());
    int calls = 0;
    const auto visited = rproc::visit(entry, Visitor{&calls});
    require(calls == (visited ? 1 : 0));
    if (visited) return;
    require(visited.error().code() == rproc::ErrorCode::entry_truncated ||
            visited.error().code() == rproc::ErrorCode::entry_reserved_bytes);
}

/// After edits of one carveout and one vdev, at most their own bytes differ.
void check_editor(std::span<const std::byte> table, std::uint64_t at) {
    std::vector<std::byte> edited(table.begin(), table.end());
    const rproc::ResourceTableEditor editor(edited);
    editor.set_carveout(at, rproc::DeviceAddress(~0ULL), rproc::PhysicalAddress(~0ULL), ~0ULL);
    editor.set_vdev_status(at, 0xff);
    editor.set_vring_address(at, 1, rproc::DeviceAddress(~0ULL));
    editor.set_vring_notify_id(at, 1, ~0U);
    require(edited.size() == table.size());
    const std::size_t first = std::min<std::uint64_t>(at, table.size());
    require(std::ranges::equal(std::span(edited).first(first), table.first(first)));
    const std::size_t last = std::min<std::uint64_t>(at + 64, table.size());
    require(std::ranges::equal(std::span(edited).subspan(last), table.subspan(last)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto copy = std::make_unique<std::byte[]>(size);  // NOLINT(modernize-avoid-c-arrays): exactly `size` bytes
    std::ranges::copy(std::as_bytes(std::span(data, size)), copy.get());
    const auto table = rproc::ResourceTableView::parse({copy.get(), size});
    if (!table) {
        require(!table.error().kernel_line().empty() && table.error().kernel_result() == -22);
        return 0;
    }
    require(16 + 4 * std::uint64_t{table->size()} <= size);
    std::uint32_t seen = 0;
    const auto walked = table->for_each([&](const ResourceEntry& entry) -> Result<void> {
        require(entry.index() == seen++);
        check_entry(*table, entry);
        check_editor(table->bytes(), entry.payload_offset());
        return {};
    });
    require(walked ? seen == table->size() : seen < table->size() && !table->entry(seen));
    return 0;
}
