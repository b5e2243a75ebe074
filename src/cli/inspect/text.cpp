// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/inspect/report.hpp"

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;

void print_fault(Output& out, std::string_view indent, const std::string& message, const std::string& hint) {
    const std::string start = fmt::format("{}{}  ", indent, out.bad("error"));
    out.wrapped(start, indent.size() + 7, printable(message));
    if (!hint.empty()) out.wrapped(fmt::format("{}       hint: ", indent), indent.size() + 13, printable(hint));
}

void print_header(Output& out, const InspectReport& report) {
    const ElfIdentity& identity = report.identity;
    out.print("  {}, {}, {}, {}", identity.elf_class == 0 ? "ELF" : fmt::format("ELF{}", identity.elf_class),
              identity.little_endian ? "little-endian" : "big-endian", elf_type_name(identity.type),
              machine_name(identity.machine));
    if (report.header) out.print(", entry {}", hex(report.header->entry.value()));
    out.write("\n");
    constexpr std::uint16_t kArm = 40;
    if (identity.machine != kArm)
        out.print("  {}  not for an Arm core: Linux does not check this, and the processor crashes\n",
                  out.warn("warning"));
}

std::string flags_text(std::uint32_t flags) {
    return fmt::format("{}{}{}", (flags & 4U) != 0 ? "R" : "-", (flags & 2U) != 0 ? "W" : "-",
                       (flags & 1U) != 0 ? "X" : "-");
}

std::string home_text(const SegmentReport& report) {
    if (!report.segment.loadable()) return "not loaded";
    return report.memory.empty() ? "no memory" : printable(report.memory);
}

void print_segments(Output& out, const InspectReport& report) {
    Table table;
    table.add({"SEGMENT", "TYPE", "DA", "MEMSZ", "FILESZ", "FLAGS", "GOES TO"});
    for (const SegmentReport& segment : report.segments) {
        table.add({std::to_string(segment.segment.index), segment_type_name(segment.segment.type),
                   hex(segment.segment.paddr.value()), grouped(segment.segment.memsz), grouped(segment.segment.filesz),
                   flags_text(segment.segment.flags), home_text(segment)});
    }
    table.print(out, "  ");
    for (const SegmentReport& segment : report.segments) {
        if (!segment.misfit.empty())
            print_fault(out, "  ", describe(place_of(segment.segment)) + ": " + segment.misfit, {});
        if (segment.fault) print_fault(out, "  ", segment.fault->message(), segment.fault->hint());
    }
    if (report.header && report.segments.size() < report.header->phnum) {
        print_fault(
            out, "  ",
            fmt::format("the file ends after {} of {} program headers", report.segments.size(), report.header->phnum),
            {});
    }
}

void print_sections(Output& out, const InspectReport& report) {
    Table table;
    table.add({"SECTION", "ADDRESS", "OFFSET", "SIZE", "NAME"});
    for (const ElfSection& section : report.sections) {
        table.add({std::to_string(section.index), hex(section.addr.value()), hex(section.offset), grouped(section.size),
                   printable(section.name)});
    }
    table.print(out, "  ");
}

/// The used parts of a memory: one character for each fortieth.
std::string bar(const MemoryReport& report) {
    constexpr std::size_t kCells = 40;
    std::string cells(kCells, '.');
    const std::uint64_t size = report.memory.device.size();
    for (const MemoryItem& item : report.items) {
        const std::uint64_t start = item.range.start().value() - report.memory.device.start().value();
        const std::uint64_t last = start + item.range.size() - 1;
        const auto cell_of = [&](std::uint64_t offset) { return static_cast<std::size_t>(offset * kCells / size); };
        for (std::size_t cell = cell_of(start); cell <= cell_of(last); ++cell) cells[cell] = '#';
    }
    return cells;
}

void print_memory(Output& out, const MemoryReport& report) {
    const check::MemoryEntry& memory = report.memory;
    out.print("  {}  da {}  pa {}  {}\n", out.bold(padded(printable(memory.name), 12)),
              hex(memory.device.start().value()), hex(memory.physical.start().value()),
              bytes_text(memory.device.size()));
    if (!memory.loadable && report.items.empty()) {
        out.print("    {}\n", out.dim("kept for virtio buffers; nothing can be loaded here"));
        return;
    }
    out.print("    [{}] {} used, {} free\n", bar(report), grouped(report.used), grouped(report.free()));
    Table items;
    for (const MemoryItem& item : report.items)
        items.add({hex(item.range.start().value()), grouped(item.range.size()), printable(item.what)});
    items.print(out, "    ");
}

std::string value_text(const std::string& name, const Json& value) {
    if (value.is_number()) return grouped(value.get<std::uint64_t>());
    if (!value.is_string()) return value.dump();
    const auto& text = value.get_ref<const std::string&>();
    if (name == "da" && text == "0xffffffff") return "any";
    return name == "name" ? fmt::format("\"{}\"", printable(text)) : printable(text);
}

std::string fields_text(const Json& fields) {
    std::string text;
    for (const auto& [name, value] : fields.items()) {
        if (name == "id_name") {  // stands behind the id
            if (value != "") text += fmt::format(" ({})", value.get_ref<const std::string&>());
        } else {
            text += fmt::format("{}{} {}", text.empty() ? "" : "  ", name, value_text(name, value));
        }
    }
    return text;
}

void print_entry(Output& out, const EntryReport& entry) {
    out.print("  {} {} {}\n", out.bold(fmt::format("entry {}", entry.index)),
              entry.type.empty() ? "outside the table," : entry.type, out.dim(fmt::format("at {:#x}", entry.offset)));
    if (!entry.fields.empty()) out.wrapped("    ", 4, fields_text(entry.fields));
    for (std::size_t i = 0; i < entry.vrings.size(); ++i)
        out.wrapped(fmt::format("    vring {}  ", i), 13, fields_text(entry.vrings[i]));
    if (entry.fault) print_fault(out, "    ", entry.fault->what(), entry.fault->hint());
}

void print_table(Output& out, const std::optional<TablePlace>& place) {
    if (!place) {
        out.print("{}\n  none: no section .resource_table, hence no trace, no virtio, no rpmsg\n",
                  out.bold("Resource table"));
        return;
    }
    out.print("{}  da {}, {} at file offset {:#x}\n", out.bold("Resource table"), hex(place->section.addr.value()),
              counted(place->section.size, "byte"), place->section.offset);
    if (!place->table) {
        print_fault(out, "  ", "the section lies outside the file", "the file was cut off");
        return;
    }
    if (place->table->fault) {
        print_fault(out, "  ", place->table->fault->message(), place->table->fault->hint());
        return;
    }
    out.print("  version {}, {}\n", place->table->version,
              place->table->entries.size() == 1 ? "1 entry" : fmt::format("{} entries", place->table->entries.size()));
    for (const EntryReport& entry : place->table->entries) print_entry(out, entry);
}

}  // namespace

void print(Output& out, const InspectReport& report, bool with_sections) {
    print_header(out, report);
    if (report.refusal) {
        print_fault(out, "  ", report.refusal->message(), report.refusal->hint());
        return;
    }
    out.print("\n{}\n", out.bold("Program headers"));
    print_segments(out, report);
    if (with_sections) {
        out.print("\n{}\n", out.bold("Sections"));
        print_sections(out, report);
    }
    out.print("\n{}\n", out.bold("Memories"));
    for (const MemoryReport& memory : report.memories) print_memory(out, memory);
    out.write("\n");
    print_table(out, report.table);
}

}  // namespace rproc::cli
