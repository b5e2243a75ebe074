// SPDX-License-Identifier: BSD-2-Clause
#include "cli/boot/facts.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "cli/common/output.hpp"
#include "cli/inspect/report.hpp"
#include "rproc/check/memory_map.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/sim/software_tee_board.hpp"

namespace rproc::cli {
namespace {

std::string identity_text(const ElfImage& image) {
    return fmt::format("ELF{}, {}", image.header().elf_class, machine_name(image.header().machine));
}

std::string segments_text(std::span<const ElfImage> images) {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    for (const ElfImage& image : images) {
        for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
            const ElfSegment segment = image.segment(i);
            if (!segment.loadable()) continue;
            ++count;
            bytes += segment.memsz;
        }
    }
    return fmt::format("{}, {}", counted(count, "segment"), counted(bytes, "byte"));
}

std::string entries_text(const TableReport& table) {
    std::string text;
    for (const std::string_view type : {"carveout", "devmem", "trace", "vdev"}) {
        const auto count = std::ranges::count(table.entries, type, &EntryReport::type);
        if (count != 0) text += (text.empty() ? "" : ", ") + counted(static_cast<std::uint64_t>(count), type);
    }
    return text;
}

std::string table_text(const std::optional<TableReport>& table, Step step) {
    if (!table || table->fault) return step == Step::parse_fw ? "no usable resource table" : "";
    if (step == Step::parse_fw) {
        const auto count = table->entries.size();
        return fmt::format("resource table of {} {}", count, count == 1 ? "entry" : "entries");
    }
    return entries_text(*table);
}

/// Where `bytes` begin, as the remote processor sees them.
std::optional<DeviceAddress> address_of(std::span<const std::byte> bytes, const CarveoutRegistry& carveouts) {
    const std::less<> before;
    for (const Carveout& carveout : carveouts.all()) {
        const std::span<const std::byte> mapped = carveout.mapping.bytes();
        if (mapped.empty() || !carveout.da || before(bytes.data(), mapped.data())) continue;
        if (before(&mapped.back(), bytes.data())) continue;
        return carveout.da->plus(static_cast<std::uint64_t>(bytes.data() - mapped.data()));
    }
    return std::nullopt;
}

RunningVring look_at(const Vring& vring, const CarveoutRegistry& carveouts) {
    RunningVring running{vring.num, vring.align, vring.notify_id, 0, {}, {}};
    const auto& all = carveouts.all();
    if (const auto memory = std::ranges::find(all, vring.carveout, &Carveout::name); memory != all.end()) {
        running.size = memory->size;
        running.da = memory->da;
        running.pa = memory->pa;
    }
    return running;
}

}  // namespace

void StepFacts::on_log(const LogLine& line) {
    constexpr std::string_view kRegistered = "registered ";
    if (line.source() != LogSource::virtio) return;
    const std::string text = line.text();
    if (text.starts_with(kRegistered)) virtio_ += (virtio_.empty() ? "" : ", ") + text.substr(kRegistered.size());
}

std::string StepFacts::of(Step step) const {
    switch (step) {
        case Step::request_firmware: return counted(firmware_size_, "byte");
        case Step::prepare: return counted(board_.config.regions.size(), "carveout");
        case Step::allocate_carveouts: return fmt::format("{} mapped", mapped_() - mapped_before_);
        case Step::start_subdevices: return virtio_;
        default: break;
    }
    if (images_.empty()) return step == Step::parse_fw ? signer() : std::string();
    switch (step) {
        case Step::sanity_check: return identity_text(images_.front());
        case Step::boot_address: return hex(images_.front().header().entry.value());
        case Step::load: return segments_text(images_);
        case Step::parse_fw: return signer() + (tee_ ? ", " : "") + table_text(table_of(images_), step);
        case Step::loaded_table:
        case Step::handle_resources: return table_text(table_of(images_), Step::handle_resources);
        default: return {};
    }
}

std::string StepFacts::signer() const {
    if (!tee_) return {};
    const auto key = tee_->last_load(sim::processor_id(board_.config)).key;
    return key ? fmt::format("signed with {} key {:.16}", tee_->policy().keys[*key].description(),
                             tee_->policy().keys[*key].fingerprint())
               : std::string();
}

std::optional<TableReport> table_of(std::span<const ElfImage> images) {
    for (const ElfImage& image : images) {
        const auto section = image.find_section(kResourceTableSection);
        const auto bytes = section ? image.contents(*section) : std::nullopt;
        if (bytes) return report_table(*bytes);
    }
    return std::nullopt;
}

Running look_at(const ProcessorView& now) {
    const CarveoutRegistry& carveouts = now.carveouts;
    Running running;
    for (const Carveout& memory : carveouts.all())
        running.memories.push_back({memory.name, memory.da, memory.pa, memory.size, memory.mapping.mapped()});
    for (const TraceBuffer& trace : now.resources.traces)
        running.traces.push_back({trace.name, trace.da, trace.len, !carveouts.da_to_va(trace.da, trace.len).empty()});
    for (const Vdev& vdev : now.resources.vdevs) {
        running.vdevs.push_back({vdev.index, vdev.id, vdev.registered, {}});
        for (const Vring& vring : vdev.vrings) running.vdevs.back().vrings.push_back(look_at(vring, carveouts));
    }
    if (!now.table.empty()) running.table = RunningTable{now.table.size(), address_of(now.table, carveouts)};
    return running;
}

std::string meaning_of(const Error& error, const platform::Board& board, std::span<const ElfImage> images) {
    if (error.code() != ErrorCode::segment_outside_memory || images.empty()) return error.message();
    const auto* const at = std::get_if<place::Segment>(&error.place().part);
    const auto range = at == nullptr ? std::nullopt : DeviceRange::make(DeviceAddress(at->da), at->size);
    if (range) return fmt::format("{}: {}", error.where(), check::explain_misfit(board.config, *range));
    return error.message();
}

std::string as_in_dmesg(const LogLine& line, const platform::Board& board) {
    switch (line.source()) {
        case LogSource::remoteproc: return fmt::format("remoteproc remoteproc0: {}", line.text());
        case LogSource::virtio: return fmt::format("rproc-virtio rproc-virtio.1.auto: {}", line.text());
        case LogSource::bus: return line.text();
        case LogSource::driver: break;
    }
    // A platform device is called after its node: 10000000.m4 for m4@10000000.
    const std::string& path = board.config.node_path;
    const auto at = path.rfind('@');
    const std::string unit = at == std::string::npos ? std::string() : path.substr(at + 1) + ".";
    return fmt::format("stm32-rproc {}{}: {}", unit, board.config.name, line.text());
}

std::string_view to_string(LogLevel level) {
    switch (level) {
        case LogLevel::info: return "info";
        case LogLevel::warning: return "warning";
        case LogLevel::error: return "error";
    }
    return "unknown";
}

std::string_view to_string(LogSource source) {
    switch (source) {
        case LogSource::remoteproc: return "remoteproc";
        case LogSource::driver: return "driver";
        case LogSource::virtio: return "virtio";
        case LogSource::bus: return "bus";
    }
    return "unknown";
}

}  // namespace rproc::cli
