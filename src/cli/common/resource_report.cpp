// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/resource_report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "cli/common/output.hpp"
#include "rproc/internal/bytes.hpp"
#include "rproc/resource/entries.hpp"
#include "rproc/resource/table_view.hpp"
#include "rproc/resource/vdev_names.hpp"
#include "rproc/resource/vring_size.hpp"

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;
using internal::read_at;

/// What is known of a table while its entries are read one by one.
struct Reader {
    TableReport& report;
    std::vector<std::uint64_t> bounds;  ///< of the entries and of the table, ascending
    std::uint32_t vdevs = 0;

    void read(const ResourceEntry& entry, EntryReport& into);
    void read_foreign(const ResourceEntry& entry, EntryReport& into) const;
    void read_trace(const wire::Trace& trace, EntryReport& into);
    void read_carveout(const wire::Carveout& carveout, EntryReport& into);
    void read_vdev(const ResourceEntry& entry, const wire::Vdev& vdev, EntryReport& into);
    void read_vring(const wire::Vring& vring, std::uint32_t index, EntryReport& into);
};

template <class T>
Json memory_fields(const T& entry) {
    return {{"da", hex(entry.da)},
            {"pa", hex(entry.pa)},
            {"len", entry.len.get()},
            {"flags", hex(entry.flags)},
            {"reserved", entry.reserved.get()},
            {"name", wire::view(entry.name)}};
}

void Reader::read_trace(const wire::Trace& trace, EntryReport& into) {
    into.fields = {{"da", hex(trace.da)},
                   {"len", trace.len.get()},
                   {"reserved", trace.reserved.get()},
                   {"name", wire::view(trace.name)}};
    report.places.push_back({fmt::format("trace {}", wire::view(trace.name)), {}, trace.da, trace.len});
}

void Reader::read_carveout(const wire::Carveout& carveout, EntryReport& into) {
    into.fields = memory_fields(carveout);
    const std::string name(wire::view(carveout.name));
    report.places.push_back({fmt::format("carveout {}", name), carveout.da == wire::kAddressAny ? name : std::string(),
                             carveout.da, carveout.len});
}

void Reader::read_vring(const wire::Vring& vring, std::uint32_t index, EntryReport& into) {
    const bool usable = vring.num != 0 && vring.align != 0;
    const std::uint64_t carveout = usable ? vring_carveout_size(vring.num, vring.align) : 0;
    into.vrings.push_back({{"da", hex(vring.da)},
                           {"align", vring.align.get()},
                           {"num", vring.num.get()},
                           {"notifyid", vring.notifyid.get()},
                           {"pa", hex(vring.pa)},
                           {"size", usable ? vring_size(vring.num, vring.align) : 0},
                           {"carveout_size", carveout}});
    report.places.push_back(
        {fmt::format("vring {} of vdev {}", index, vdevs), vring_name(vdevs, index), vring.da, carveout});
}

void Reader::read_vdev(const ResourceEntry& entry, const wire::Vdev& vdev, EntryReport& into) {
    into.fields = {{"id", vdev.id.get()},
                   {"id_name", virtio_name(vdev.id)},
                   {"notifyid", vdev.notifyid.get()},
                   {"dfeatures", hex(vdev.dfeatures)},
                   {"gfeatures", hex(vdev.gfeatures)},
                   {"config_len", vdev.config_len.get()},
                   {"status", vdev.status},
                   {"num_of_vrings", vdev.num_of_vrings},
                   {"reserved", vdev.reserved}};
    for (std::uint32_t i = 0; i < vdev.num_of_vrings; ++i) {
        const auto vring = read_at<wire::Vring>(entry.payload(), sizeof(wire::Vdev) + i * sizeof(wire::Vring));
        if (!vring) break;
        read_vring(*vring, i, into);
    }
    ++vdevs;
}

/// The entry types that Linux does not know, by those who define them: TI's IPC (rsc_types.h) and OpenAMP
/// (remoteproc.h) give 4 and 5 different meanings; TI's later tables have a version in the upper half of the word.
std::string kind_of(const ResourceEntry& entry) {
    constexpr std::uint32_t kVersionShift = 16;
    constexpr std::uint32_t kTypeMask = 0xffff;
    if (entry.is_vendor()) return "vendor";
    if (entry.type() == 4) return "INTMEM (TI IPC) or RPROC_MEM (OpenAMP)";
    if (entry.type() == 5) return "CUSTOM (TI IPC) or FW_CHKSUM (OpenAMP)";
    const std::uint32_t type = entry.type() & kTypeMask;
    if (const auto version = entry.type() >> kVersionShift; version != 0 && type <= 3)
        return fmt::format("{}, version {} (TI IPC)", place::entry_type_name(type), version);
    return "unknown";
}

/// The words of an entry whose layout is not known, up to the next entry.
void Reader::read_foreign(const ResourceEntry& entry, EntryReport& into) const {
    constexpr std::size_t kMost = 32;
    into.fields = {{"kind", kind_of(entry)}, {"words", Json::array()}};
    const auto next = std::ranges::lower_bound(bounds, entry.payload_offset());
    const std::uint64_t end = next == bounds.end() ? entry.payload_offset() : *next;
    for (std::uint64_t at = 0; entry.payload_offset() + at + sizeof(internal::Le32) <= end;
         at += sizeof(internal::Le32)) {
        const auto word = read_at<internal::Le32>(entry.payload(), at);
        if (!word || into.fields["words"].size() == kMost) break;
        into.fields["words"].push_back(hex(word->get()));
    }
}

void Reader::read(const ResourceEntry& entry, EntryReport& into) {
    const auto payload = entry.payload();
    if (const auto sound = visit(entry, [](const auto&...) -> Result<void> { return {}; }); !sound)
        into.fault = sound.error();
    if (entry.is(wire::EntryType::carveout)) {
        if (const auto carveout = read_at<wire::Carveout>(payload, 0)) read_carveout(*carveout, into);
    } else if (entry.is(wire::EntryType::devmem)) {
        if (const auto devmem = read_at<wire::Devmem>(payload, 0)) into.fields = memory_fields(*devmem);
    } else if (entry.is(wire::EntryType::trace)) {
        if (const auto trace = read_at<wire::Trace>(payload, 0)) read_trace(*trace, into);
    } else if (entry.is(wire::EntryType::vdev)) {
        if (const auto vdev = read_at<wire::Vdev>(payload, 0)) read_vdev(entry, *vdev, into);
    } else {
        read_foreign(entry, into);
    }
}

}  // namespace

TableReport report_table(std::span<const std::byte> bytes) {
    TableReport report;
    const auto table = ResourceTableView::parse(bytes);
    if (const auto header = read_at<wire::TableHeader>(bytes, 0)) report.version = header->ver;
    if (!table) {
        report.fault = table.error();
        return report;
    }
    Reader reader{report, {bytes.size()}};
    for (std::uint32_t i = 0; i < table->size(); ++i) reader.bounds.push_back(table->offset(i));
    std::ranges::sort(reader.bounds);
    for (std::uint32_t i = 0; i < table->size(); ++i) {
        EntryReport entry{.index = i, .offset = table->offset(i), .type = {}, .vrings = {}, .fault = {}};
        if (const auto found = table->entry(i)) {
            entry.type = place::entry_type_name(found->type());
            reader.read(*found, entry);
        } else {
            entry.fault = found.error();
        }
        report.entries.push_back(std::move(entry));
    }
    return report;
}

std::string_view virtio_name(std::uint32_t id) {
    // virtio 1.1, section 5, and Linux's virtio_ids.h.
    static const std::map<std::uint32_t, std::string_view> names{
        {1, "net"},   {2, "block"}, {3, "console"}, {4, "rng"},           {5, "balloon"},
        {7, "rpmsg"}, {8, "scsi"},  {9, "9p"},      {11, "rproc-serial"}, {12, "caif"}};
    const auto found = names.find(id);
    return found == names.end() ? std::string_view() : found->second;
}

}  // namespace rproc::cli
