// SPDX-License-Identifier: BSD-2-Clause
#include "support/debugfs_table.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "rproc/resource/entries.hpp"

namespace rproc::test {
namespace {

using Lines = std::vector<std::string>;

std::int32_t as_int(std::uint32_t value) { return static_cast<std::int32_t>(value); }

std::string name_line(const wire::Name& name) {
    const auto text = wire::view(name);
    return text.empty() ? "Name" : fmt::format("Name {}", text);
}

struct Printer {
    Lines& lines;

    void head(const ResourceEntry& entry) {
        lines.push_back(fmt::format("Entry {} is of type {}", entry.index(), place::entry_type_name(entry.type())));
    }
    void memory(std::uint32_t da, std::uint32_t pa, std::uint32_t len, std::uint32_t flags) {
        lines.push_back(fmt::format("Device Address {:#x}", da));
        lines.push_back(fmt::format("Physical Address {:#x}", pa));
        lines.push_back(fmt::format("Length {:#x} Bytes", len));
        lines.push_back(fmt::format("Flags {:#x}", flags));
        lines.emplace_back("Reserved (should be zero) [0]");
    }
    Result<void> operator()(const ResourceEntry& entry, const wire::Carveout& c) {
        head(entry);
        memory(c.da, c.pa, c.len, c.flags);
        lines.push_back(name_line(c.name));
        return {};
    }
    Result<void> operator()(const ResourceEntry& entry, const wire::Devmem& d) {
        head(entry);
        memory(d.da, d.pa, d.len, d.flags);
        lines.push_back(name_line(d.name));
        return {};
    }
    Result<void> operator()(const ResourceEntry& entry, const wire::Trace& t) {
        head(entry);
        lines.push_back(fmt::format("Device Address {:#x}", t.da.get()));
        lines.push_back(fmt::format("Length {:#x} Bytes", t.len.get()));
        lines.emplace_back("Reserved (should be zero) [0]");
        lines.push_back(name_line(t.name));
        return {};
    }
    Result<void> operator()(const ResourceEntry& entry, const VdevEntry& vdev) {
        const wire::Vdev& v = vdev.header();
        head(entry);
        lines.push_back(fmt::format("ID {}", as_int(v.id)));
        lines.push_back(fmt::format("Notify ID {}", as_int(v.notifyid)));
        lines.push_back(fmt::format("Device features {:#x}", v.dfeatures.get()));
        lines.push_back(fmt::format("Guest features {:#x}", v.gfeatures.get()));
        lines.push_back(fmt::format("Config length {:#x}", v.config_len.get()));
        lines.push_back(fmt::format("Status {:#x}", v.status));
        lines.push_back(fmt::format("Number of vrings {}", v.num_of_vrings));
        lines.emplace_back("Reserved (should be zero) [0][0]");
        for (std::uint32_t i = 0; i < vdev.vring_count(); ++i) vring(vdev.vring(i), i);
        return {};
    }
    Result<void> operator()(const ResourceEntry& entry) {
        lines.push_back(fmt::format("Unknown resource type found: {} [hdr: ...]", as_int(entry.type())));
        return {};
    }
    void vring(const wire::Vring& vring, std::uint32_t index) {
        lines.push_back(fmt::format("Vring {}", index));
        lines.push_back(fmt::format("Device Address {:#x}", vring.da.get()));
        lines.push_back(fmt::format("Alignment {}", as_int(vring.align)));
        lines.push_back(fmt::format("Number of buffers {}", as_int(vring.num)));
        lines.push_back(fmt::format("Notify ID {}", as_int(vring.notifyid)));
        lines.push_back(fmt::format("Physical Address {:#x}", vring.pa.get()));
    }
};

}  // namespace

Lines debugfs_table(std::span<const std::byte> table) {
    const auto view = ResourceTableView::parse(table);
    if (!view) return {"No resource table found"};
    Lines lines;
    Printer printer{lines};
    const auto walked = view->for_each([&](const ResourceEntry& entry) { return visit(entry, printer); });
    if (!walked) lines.push_back(walked.error().message());
    return lines;
}

}  // namespace rproc::test
