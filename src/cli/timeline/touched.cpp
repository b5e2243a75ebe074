// SPDX-License-Identifier: BSD-2-Clause
// What each step of a boot touched, as texts.
#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "cli/timeline/story.hpp"
#include "rproc/check/memory_map.hpp"

namespace rproc::cli {
namespace {

using platform::ModelRegisters;
using platform::ResetLine;
using platform::Stm32mp15Config;
using platform::SysconField;
using Items = std::vector<TouchedItem>;

std::string text_of(const std::optional<DeviceAddress>& da) { return da ? hex(da->value()) : std::string("none"); }

/// The board's name of a register; empty when it has none.
std::string name_of(const SysconField& field, const Stm32mp15Config& config) {
    const auto* const hold_boot = std::get_if<SysconField>(&config.hold_boot);
    if (hold_boot != nullptr && field == *hold_boot) return "hold-boot";
    if (field == config.pdds) return "deep sleep (pdds)";
    if (field == config.m4_state) return "state of the processor";
    return "";
}

std::string name_of(const ResetLine& line, const Stm32mp15Config& config) {
    const auto* const hold_boot = std::get_if<ResetLine>(&config.hold_boot);
    return hold_boot != nullptr && line == *hold_boot ? "hold-boot" : "reset of the processor";
}

TouchedItem item_of(const ModelRegisters::Write& write, const Stm32mp15Config& config) {
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

/// The memory that begins at `pa`: of the running processor, else of the board.
std::string memory_name(PhysicalAddress pa, const BootRecord& record, const BootJob& job) {
    if (record.running) {
        const auto& all = record.running->memories;
        if (const auto found = std::ranges::find(all, pa, &RunningMemory::pa); found != all.end()) return found->name;
    }
    for (const Stm32mp15Config::Region& region : job.board.config.regions)
        if (region.memory && region.memory->start() == pa) return region.name;
    return "";
}

TouchedItem item_of(const MemoryUse& use, const BootRecord& record, const BootJob& job) {
    const PhysicalAddress pa = use.range.start();
    return {"mapped", memory_name(pa, record, job),
            fmt::format("da {}  pa {}  {}{}", text_of(job.board.config.dma_ranges.to_device(pa)), hex(pa.value()),
                        bytes_text(use.range.size()), use.allocated ? ", found by Linux" : "")};
}

/// The records of the models.
void add_recorded(Items& items, const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    for (const auto& message : step.touched.messages)
        items.push_back({"mailbox", message.channel, fmt::format("\"{}\" sent", message.text)});
    for (const TeeCall& call : step.touched.tee_calls)
        items.push_back({"TEE", std::string(tee::name_of(call.command)), std::string(tee::name_of(call.result))});
    for (const auto& write : step.touched.writes) items.push_back(item_of(write, job.board.config));
    for (const MemoryUse& use : step.touched.memory) items.push_back(item_of(use, record, job));
    if (step.touched.given_back != 0)
        items.push_back({"memory", counted(step.touched.given_back, "mapping"), "given back"});
}

void add_regions(Items& items, const Stm32mp15Config& config) {
    for (const Stm32mp15Config::Region& region : config.regions) {
        if (!region.memory) continue;
        const PhysicalAddress pa = region.memory->start();
        items.push_back({"carveout", region.name,
                         fmt::format("da {}  pa {}  {}{}", text_of(config.dma_ranges.to_device(pa)), hex(pa.value()),
                                     bytes_text(region.memory->size()),
                                     region.name == platform::kBufferRegion ? ", virtio buffers" : "")});
    }
}

TouchedItem item_of(const ElfSegment& segment, const Stm32mp15Config& config) {
    std::string memory;
    const auto range = DeviceRange::make(segment.paddr, segment.memsz);
    for (const check::MemoryEntry& entry : check::memory_map(config))
        if (range && entry.loadable && entry.device.contains(*range)) memory = fmt::format(" in {}", entry.name);
    return {"segment", std::to_string(segment.index),
            fmt::format("da {}{}  {}, {} from the file", hex(segment.paddr.value()), memory, bytes_text(segment.memsz),
                        grouped(segment.filesz))};
}

/// The segments that were loaded, up to the refused one.
void add_segments(Items& items, const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    for (const ElfImage& image : job.images) {
        for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
            const ElfSegment segment = image.segment(i);
            if (!segment.loadable()) continue;
            if (step.failed && record.refusal && record.refusal->place() == place_of(segment)) return;
            items.push_back(item_of(segment, job.board.config));
        }
    }
}

/// Whether this step loaded the firmware. A TEE ignores a repeated load.
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

TouchedItem item_of(const EntryReport& entry) {
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

/// The entries of the resource table, up to the refused one.
void add_entries(Items& items, const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    const auto table = table_of(job.images);
    if (!table) return;
    for (const EntryReport& entry : table->entries) {
        if (step.failed && record.refusal && is_about_entry(record.refusal->place(), entry.index)) return;
        items.push_back(item_of(entry));
    }
}

void add_virtio(Items& items, const Running& running) {
    for (const RunningVdev& vdev : running.vdevs) {
        if (!vdev.registered) continue;
        items.push_back({"vdev", std::to_string(vdev.index), std::string(virtio_name(vdev.id)) + " registered"});
        for (std::size_t i = 0; i < vdev.vrings.size(); ++i) {
            const RunningVring& vring = vdev.vrings[i];
            items.push_back({"vring", std::to_string(i),
                             fmt::format("da {}  {}, {}, notify id {}", text_of(vring.da), bytes_text(vring.size),
                                         counted(vring.num, "descriptor"), vring.notify_id)});
        }
    }
}

void add_table(Items& items, const Running& running) {
    if (!running.table) return;
    items.push_back({"table", "resource table",
                     fmt::format("{} {}", counted(running.table->size, "byte"),
                                 running.table->da ? "at da " + hex(running.table->da->value())
                                                   : std::string("in a copy that only Linux sees"))});
}

}  // namespace

std::vector<TouchedItem> touched_items(const RecordedStep& step, const BootRecord& record, const BootJob& job) {
    Items items;
    add_recorded(items, step, record, job);
    if (loads(step, record, job)) add_segments(items, step, record, job);
    switch (step.step) {
        case Step::request_firmware:
            if (!step.failed) items.push_back({"file", job.firmware_name, bytes_text(job.firmware.bytes().size())});
            break;
        case Step::prepare:
            if (!step.failed) add_regions(items, job.board.config);
            break;
        case Step::handle_resources: add_entries(items, step, record, job); break;
        case Step::install_table:
            if (record.running) add_table(items, *record.running);
            break;
        case Step::start_subdevices:
            if (record.running) add_virtio(items, *record.running);
            break;
        default: break;
    }
    return items;
}

}  // namespace rproc::cli
