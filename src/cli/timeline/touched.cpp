// SPDX-License-Identifier: BSD-2-Clause
// What each step of a boot touched, in words.
#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "cli/timeline/story.hpp"
#include "rproc/check/memory_map.hpp"
#include "rproc/firmware/readable_images.hpp"

namespace rproc::cli {
namespace {

using platform::ModelRegisters;
using platform::ResetLine;
using platform::Stm32mp15Config;
using platform::SysconField;
using Things = std::vector<TouchedThing>;

std::string text_of(const std::optional<DeviceAddress>& da) { return da ? hex(da->value()) : std::string("none"); }

/// What the board calls a register; empty when it has no name for it.
std::string name_of(const SysconField& field, const Stm32mp15Config& config) {
    const auto* const hold_boot = std::get_if<SysconField>(&config.hold_boot);
    if (hold_boot != nullptr && field == *hold_boot) return "hold-boot";
    if (field == config.pdds) return "deep sleep (pdds)";
    if (field == config.m4_state) return "state of the core";
    return "";
}

std::string name_of(const ResetLine& line, const Stm32mp15Config& config) {
    const auto* const hold_boot = std::get_if<ResetLine>(&config.hold_boot);
    return hold_boot != nullptr && line == *hold_boot ? "hold-boot" : "reset of the core";
}

TouchedThing thing_of(const ModelRegisters::Write& write, const Stm32mp15Config& config) {
    using Kind = ModelRegisters::Kind;
    if (write.kind == Kind::assert_reset || write.kind == Kind::deassert_reset) {
        return {"reset", name_of(write.line, config),
                fmt::format("line {} of {} {}", write.line.line, write.line.controller,
                            write.kind == Kind::assert_reset ? "asserted" : "released")};
    }
    const std::uint64_t pa = write.field.base.value() + write.field.offset;
    return {"register", name_of(write.field, config),
            fmt::format("pa {}, bits {:#x} = {:#x}{}", hex(pa), write.field.mask, write.value & write.field.mask,
                        write.kind == Kind::secure_write ? ", by the secure world" : "")};
}

/// The memory that begins at `pa`, as a running processor has it or as the board knows it.
std::string memory_name(PhysicalAddress pa, const BootRecord& record, const BootJob& job) {
    if (record.running) {
        const auto& all = record.running->memories;
        if (const auto found = std::ranges::find(all, pa, &RunningMemory::pa); found != all.end()) return found->name;
    }
    for (const Stm32mp15Config::Region& region : job.board.config.regions)
        if (region.memory && region.memory->start() == pa) return region.name;
    return "";
}

TouchedThing thing_of(const MemoryUse& use, const BootRecord& record, const BootJob& job) {
    const PhysicalAddress pa = use.range.start();
    return {"mapped", memory_name(pa, record, job),
            fmt::format("da {}  pa {}  {}{}", text_of(job.board.config.dma_ranges.to_device(pa)), hex(pa.value()),
                        bytes_text(use.range.size()), use.allocated ? ", found by Linux" : "")};
}

/// What the models recorded.
void add_recorded(Things& things, const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    for (const auto& message : step.touched.messages)
        things.push_back({"mailbox", message.channel, fmt::format("\"{}\" sent", message.text)});
    for (const TeeCall& call : step.touched.tee_calls)
        things.push_back({"TEE", std::string(tee::name_of(call.command)), std::string(tee::name_of(call.result))});
    for (const auto& write : step.touched.writes) things.push_back(thing_of(write, job.board.config));
    for (const MemoryUse& use : step.touched.memory) things.push_back(thing_of(use, record, job));
    if (step.touched.given_back != 0)
        things.push_back({"memory", counted(step.touched.given_back, "mapping"), "given back"});
}

void add_regions(Things& things, const Stm32mp15Config& config) {
    for (const Stm32mp15Config::Region& region : config.regions) {
        if (!region.memory) continue;
        const PhysicalAddress pa = region.memory->start();
        things.push_back({"carveout", region.name,
                          fmt::format("da {}  pa {}  {}{}", text_of(config.dma_ranges.to_device(pa)), hex(pa.value()),
                                      bytes_text(region.memory->size()),
                                      region.name == platform::kBufferRegion ? ", virtio buffers" : "")});
    }
}

TouchedThing thing_of(const ElfSegment& segment, const Stm32mp15Config& config) {
    std::string memory;
    const auto range = DeviceRange::make(segment.paddr, segment.memsz);
    for (const check::MemoryEntry& entry : check::memory_map(config))
        if (range && entry.loadable && entry.device.contains(*range)) memory = fmt::format(" in {}", entry.name);
    return {"segment", std::to_string(segment.index),
            fmt::format("da {}{}  {}, {} from the file", hex(segment.paddr.value()), memory, bytes_text(segment.memsz),
                        grouped(segment.filesz))};
}

/// The segments that were loaded: up to the one that was refused.
void add_segments(Things& things, const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    for (const ElfImage& image : readable_images(job.firmware)) {
        for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
            const ElfSegment segment = image.segment(i);
            if (!segment.loadable()) continue;
            if (step.failed && record.refusal && record.refusal->place() == place_of(segment)) return;
            things.push_back(thing_of(segment, job.board.config));
        }
    }
}

/// Whether the firmware came into memory in this step. A TEE that is asked again does nothing.
bool loads(const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    if (job.tee == nullptr) return step.step == Step::load;
    const auto has_loaded = [](const RecordedStep& each) {
        return std::ranges::any_of(each.touched.tee_calls, [](const TeeCall& call) {
            return call.command == tee::Command::load_fw && call.result == tee::ResultCode::success;
        });
    };
    const auto first = std::ranges::find_if(record.steps, has_loaded);
    return first != record.steps.end() && &*first == &step;
}

TouchedThing thing_of(const EntryReport& entry) {
    const auto& fields = entry.fields;
    if (fields.contains("num_of_vrings")) {
        const auto name = fields.value("id_name", std::string());
        return {entry.type, name.empty() ? fmt::format("virtio id {}", fields["id"].get<std::uint32_t>()) : name,
                counted(fields["num_of_vrings"].get<std::uint64_t>(), "vring")};
    }
    if (!fields.contains("da")) return {entry.type, fmt::format("entry {}", entry.index), ""};
    return {entry.type, fields.value("name", std::string()),
            fmt::format("da {}  {}", fields["da"].get<std::string>(), bytes_text(fields["len"].get<std::uint64_t>()))};
}

bool is_about_entry(const Place& place, std::uint32_t index) {
    const auto* const entry = std::get_if<place::Entry>(&place.part);
    const auto* const vring = std::get_if<place::Vring>(&place.part);
    return (entry != nullptr && entry->index == index) || (vring != nullptr && vring->entry == index);
}

/// The entries of the resource table: up to the one that was refused.
void add_entries(Things& things, const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    const auto table = table_of(readable_images(job.firmware));
    if (!table) return;
    for (const EntryReport& entry : table->entries) {
        if (step.failed && record.refusal && is_about_entry(record.refusal->place(), entry.index)) return;
        things.push_back(thing_of(entry));
    }
}

void add_virtio(Things& things, const Running& running) {
    for (const RunningVdev& vdev : running.vdevs) {
        if (!vdev.registered) continue;
        things.push_back({"vdev", std::to_string(vdev.index), std::string(virtio_name(vdev.id)) + " registered"});
        for (std::size_t i = 0; i < vdev.vrings.size(); ++i) {
            const RunningVring& vring = vdev.vrings[i];
            things.push_back({"vring", std::to_string(i),
                              fmt::format("da {}  {}, {}, notify id {}", text_of(vring.da), bytes_text(vring.size),
                                          counted(vring.num, "descriptor"), vring.notify_id)});
        }
    }
}

void add_table(Things& things, const Running& running) {
    if (!running.table) return;
    things.push_back({"table", "resource table",
                      fmt::format("{} {}", counted(running.table->size, "byte"),
                                  running.table->da ? "at da " + hex(running.table->da->value())
                                                    : std::string("in a copy that only Linux sees"))});
}

}  // namespace

std::vector<TouchedThing> things_of(const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    Things things;
    add_recorded(things, step, record, job);
    if (loads(step, record, job)) add_segments(things, step, record, job);
    switch (step.step) {
        case Step::request_firmware:
            if (!step.failed) things.push_back({"file", job.firmware_name, bytes_text(job.firmware.bytes().size())});
            break;
        case Step::prepare:
            if (!step.failed) add_regions(things, job.board.config);
            break;
        case Step::handle_resources: add_entries(things, step, record, job); break;
        case Step::install_table:
            if (record.running) add_table(things, *record.running);
            break;
        case Step::start_subdevices:
            if (record.running) add_virtio(things, *record.running);
            break;
        default: break;
    }
    return things;
}

}  // namespace rproc::cli
