// SPDX-License-Identifier: BSD-2-Clause
// rproc ctl list and info: the remote processors of the kernel.
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "cli/ctl/report.hpp"
#include "rproc/sysfs/devcoredump.hpp"

namespace rproc::cli {
namespace {

/// A value as text; what is not known is "-".
std::string text_of(const Result<std::string>& value) { return value ? printable(*value) : "-"; }
template <class E>
std::string text_of(const Result<E>& value) {
    return value ? std::string(to_string(*value)) : "-";
}

Json json_of(const Result<std::string>& value) { return value ? Json(*value) : Json(); }
template <class E>
Json json_of(const Result<E>& value) {
    return value ? Json(to_string(*value)) : Json();
}

Json facts_of(const CtlScene& scene, CtlProcessor& processor) {
    Json object = ctl_object(scene, processor.place());
    object["state"] = json_of(processor.state());
    object["firmware"] = json_of(processor.firmware());
    object["recovery"] = json_of(processor.recovery());
    object["coredump"] = json_of(processor.coredump());
    return object;
}

void add_row(Table& table, CtlProcessor& processor) {
    const sysfs::ProcessorPlace& place = processor.place();
    table.add({place.entry, printable(place.name), text_of(processor.state()), text_of(processor.firmware()),
               printable(place.node)});
}

/// The part that only root can read.
struct Inside {
    Result<std::string> carveouts;
    Result<std::string> table;
    Result<std::size_t> traces;
    Result<std::vector<std::string>> dumps;
};

Inside look_inside(CtlProcessor& processor) {
    return {processor.carveouts(), processor.resource_table(), processor.trace_count(),
            sysfs::devcoredumps_of(processor.files(), processor.root(), processor.directory())};
}

std::string trace_name(const std::vector<sysfs::TraceEntry>& entries, std::size_t index) {
    return index < entries.size() ? entries[index].name : std::string();
}

Json json_of_inside(const Inside& inside) {
    Json object;
    object["memories"] = Json();
    if (inside.carveouts) {
        object["memories"] = Json::array();
        for (const auto& each : sysfs::carveout_entries(*inside.carveouts))
            object["memories"].push_back(
                {{"name", each.name}, {"da", hex(each.device_address.value())}, {"size", each.length}});
    }
    object["resource_table"] = inside.table && sysfs::has_table(*inside.table) ? Json(*inside.table) : Json();
    object["traces"] = Json();
    if (inside.traces) {
        const auto entries = sysfs::trace_entries(inside.table.value_or(std::string()));
        object["traces"] = Json::array();
        for (std::size_t i = 0; i < *inside.traces; ++i) object["traces"].push_back(trace_name(entries, i));
    }
    object["dumps"] = inside.dumps ? Json(*inside.dumps) : Json();
    return object;
}

void print_memories(Output& out, const std::string& carveouts) {
    const auto entries = sysfs::carveout_entries(carveouts);
    if (entries.empty()) return;
    out.print("  memories\n");
    Table table;
    for (const auto& each : entries)
        table.add({printable(each.name), "da " + hex(each.device_address.value()), bytes_text(each.length)});
    table.print(out, "    ");
}

void print_table(Output& out, const std::string& text) {
    if (!sysfs::has_table(text)) return out.print("  no resource table\n");
    out.print("  resource table\n");
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) out.print("    {}\n", printable(line));
}

void print_traces(Output& out, std::size_t count, const std::string& table) {
    const auto entries = sysfs::trace_entries(table);
    for (std::size_t i = 0; i < count; ++i)
        out.print("  {}     {}\n", sysfs::trace_file(i), printable(trace_name(entries, i)));
}

void print_info(const CtlScene& scene, CtlProcessor& processor, const Inside& inside) {
    Output& out = scene.console.out;
    const sysfs::ProcessorPlace& place = processor.place();
    out.print("{}\n", out.bold(fmt::format("{} ({})", place.entry, printable(place.name))));
    Table table;
    table.add({"state", text_of(processor.state())});
    table.add({"firmware", text_of(processor.firmware())});
    if (!place.node.empty()) table.add({"node", printable(place.node)});
    table.add({"recovery", text_of(processor.recovery())});
    table.add({"coredump", text_of(processor.coredump())});
    if (inside.dumps)
        for (const std::string& dump : *inside.dumps) table.add({"dump", dump + ", see `rproc ctl dump`"});
    table.print(out, "  ");
    if (inside.carveouts) print_memories(out, *inside.carveouts);
    if (inside.table) print_table(out, *inside.table);
    if (inside.traces) print_traces(out, *inside.traces, inside.table.value_or(std::string()));
    if (!inside.carveouts)
        ctl_note(scene, fmt::format("memories, resource table and traces are not shown: {}; {}",
                                    inside.carveouts.error().message(), inside.carveouts.error().hint()));
}

}  // namespace

ExitStatus ctl_list(const CtlScene& scene) {
    sysfs::LocalFiles files;
    const auto places = sysfs::list_processors(files, scene.root);
    if (!places) return report(scene.console, places.error());
    Table table;
    for (const sysfs::ProcessorPlace& place : *places) {
        CtlProcessor processor = scene.processor(place);
        if (scene.options.json) {
            scene.console.out.json(facts_of(scene, processor));
        } else {
            add_row(table, processor);
        }
    }
    table.print(scene.console.out, "");
    return ExitStatus::yes;
}

ExitStatus ctl_info(const CtlScene& scene, CtlProcessor& processor) {
    const Inside inside = look_inside(processor);
    if (scene.options.json) {
        Json object = facts_of(scene, processor);
        object.update(json_of_inside(inside));
        scene.console.out.json(object);
    } else {
        print_info(scene, processor, inside);
    }
    return ExitStatus::yes;
}

}  // namespace rproc::cli
