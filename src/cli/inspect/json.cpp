// SPDX-License-Identifier: BSD-2-Clause
#include <nlohmann/json.hpp>

#include "cli/common/json_of_place.hpp"
#include "cli/inspect/report.hpp"

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<Error>& fault) {
    if (!fault) return nullptr;
    return {{"code", name_of(fault->code())},
            {"where", fault->where()},
            {"place", place_json(fault->place())},
            {"message", fault->what()},
            {"hint", fault->hint()}};
}

Json json_of(const ElfIdentity& identity, const std::optional<ElfHeader>& header) {
    Json object{{"class", identity.elf_class}, {"little_endian", identity.little_endian},
                {"type", identity.type},       {"type_name", elf_type_name(identity.type)},
                {"machine", identity.machine}, {"machine_name", machine_name(identity.machine)}};
    if (!header) return object;
    object["entry"] = hex(header->entry.value());
    object["phoff"] = hex(header->phoff);
    object["phnum"] = header->phnum;
    object["shoff"] = hex(header->shoff);
    object["shnum"] = header->shnum;
    object["shstrndx"] = header->shstrndx;
    return object;
}

Json json_of(const SegmentReport& report) {
    const ElfSegment& segment = report.segment;
    Json object{{"index", segment.index},
                {"type", segment.type},
                {"type_name", segment_type_name(segment.type)},
                {"flags", segment.flags},
                {"offset", hex(segment.offset)},
                {"vaddr", hex(segment.vaddr.value())},
                {"paddr", hex(segment.paddr.value())},
                {"filesz", segment.filesz},
                {"memsz", segment.memsz},
                {"align", segment.align}};
    object["loaded"] = segment.loadable();
    object["memory"] = report.memory.empty() ? Json(nullptr) : Json(report.memory);
    object["misfit"] = report.misfit.empty() ? Json(nullptr) : Json(report.misfit);
    object["fault"] = json_of(report.fault);
    return object;
}

Json json_of(const ElfSection& section) {
    return {{"index", section.index},
            {"name", section.name},
            {"type", section.type},
            {"flags", section.flags},
            {"addr", hex(section.addr.value())},
            {"offset", hex(section.offset)},
            {"size", section.size}};
}

Json json_of(const MemoryReport& report) {
    Json contents = Json::array();
    for (const MemoryItem& item : report.items)
        contents.push_back({{"what", item.what}, {"da", hex(item.range.start().value())}, {"size", item.range.size()}});
    return {{"name", report.memory.name},
            {"da", hex(report.memory.device.start().value())},
            {"pa", hex(report.memory.physical.start().value())},
            {"size", report.memory.device.size()},
            {"loadable", report.memory.loadable},
            {"used", report.used},
            {"free", report.free()},
            {"contents", contents}};
}

Json json_of(const EntryReport& entry) {
    Json object{{"index", entry.index}, {"offset", hex(entry.offset)}, {"type", entry.type}, {"fields", entry.fields}};
    if (entry.type == "vdev") object["vrings"] = entry.vrings;
    object["fault"] = json_of(entry.fault);
    return object;
}

template <class T>
Json list_of(const std::vector<T>& reports) {
    Json list = Json::array();
    for (const T& report : reports) list.push_back(json_of(report));
    return list;
}

Json json_of(const std::optional<TablePlace>& place) {
    if (!place) return nullptr;
    Json object{{"da", hex(place->section.addr.value())},
                {"offset", hex(place->section.offset)},
                {"size", place->section.size},
                {"in_file", place->table.has_value()}};
    if (!place->table) return object;
    object["version"] = place->table->version;
    object["fault"] = json_of(place->table->fault);
    object["entries"] = list_of(place->table->entries);
    return object;
}

}  // namespace

Json to_json(const InspectReport& report) {
    Json object{{"elf", json_of(report.identity, report.header)}, {"refusal", json_of(report.refusal)}};
    object["segments"] = list_of(report.segments);
    object["sections"] = list_of(report.sections);
    object["memories"] = list_of(report.memories);
    object["resource_table"] = json_of(report.table);
    return object;
}

}  // namespace rproc::cli
