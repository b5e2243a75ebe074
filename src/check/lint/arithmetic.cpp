// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/arithmetic.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"
#include "check/lint/file_table.hpp"
#include "check/lint/memory_advice.hpp"
#include "rproc/resource/entries.hpp"
#include "rproc/resource/vring_size.hpp"

namespace rproc::check {
namespace {

using platform::Stm32mp15Config;

/// The largest power of two whose vring fits; 0 when none does.
std::uint32_t most_descriptors(std::uint64_t room, std::uint32_t align) {
    std::uint32_t most = 0;
    for (std::uint32_t num = 1; num <= 32768 && vring_carveout_size(num, align) <= room; num *= 2) most = num;
    return most;
}

void complete_segment(Finding& finding, const ElfSegment& segment, const Stm32mp15Config& config) {
    const auto range = DeviceRange::make(segment.paddr, segment.memsz);
    if (!range) return;
    finding.message = explain_misfit(config, *range);
    finding.hint = advise_place(config, *range);
    if (segment.vaddr != segment.paddr)
        finding.hint +=
            fmt::format("; the load address p_paddr (AT>) decides, not p_vaddr {}", to_string(segment.vaddr));
}

void complete_carveout(Finding& finding, const wire::Carveout& request, const Stm32mp15Config& config) {
    const auto memory = find_memory(config, wire::view(request.name));
    if (!memory) return;
    const std::uint64_t start = memory->device.start().value();
    const std::uint64_t size = memory->device.size();
    if (request.len > size) {
        finding.message = fmt::format("asks for {} in {}, which has {}: {} too few", byte_count(request.len),
                                      describe(*memory), byte_count(size), grouped(request.len - size));
        finding.hint = fmt::format("set len of the entry to at most {:#x}, or {}", size, enlarge(*memory, request.len));
        return;
    }
    finding.message =
        memory->device.contains(DeviceAddress(request.da))
            ? fmt::format("{:#x}+{:#x} ends {} past {}", request.da.get(), request.len.get(),
                          byte_count(request.da + std::uint64_t{request.len} - start - size), describe(*memory))
            : fmt::format("da {:#x} is not in {}", request.da.get(), describe(*memory));
    finding.hint =
        fmt::format("set da of the entry to 0xffffffff (any) or {:#x}, and len to at most {:#x}", start, size);
}

void complete_vring(Finding& finding, const wire::Vring& vring, std::string_view name, const Stm32mp15Config& config) {
    const auto memory = find_memory(config, name);
    if (!memory) return;
    const std::uint64_t needs = vring_carveout_size(vring.num, vring.align);
    const std::uint64_t has = memory->device.size();
    if (needs <= has) {
        finding.message =
            fmt::format("{} with da {:#x} does not fit {}", byte_count(needs), vring.da.get(), describe(*memory));
        finding.hint = fmt::format("set da of the vring to 0xffffffff (any) or {:#x}", memory->device.start().value());
        return;
    }
    finding.message = fmt::format("num {} with align {} takes {}, rounded up to pages {}; {} has {}: {} too few",
                                  vring.num.get(), vring.align.get(), byte_count(vring_size(vring.num, vring.align)),
                                  byte_count(needs), describe(*memory), byte_count(has), grouped(needs - has));
    const std::uint32_t most = most_descriptors(has, vring.align);
    finding.hint = (most == 0 ? "set align to 16" : fmt::format("set num to at most {}", most)) + ", or " +
                   enlarge(*memory, needs);
}

void complete_trace(Finding& finding, const wire::Trace& trace, const Stm32mp15Config& config) {
    const auto range = DeviceRange::make(DeviceAddress(trace.da), trace.len);
    const auto holds = [&](const MemoryEntry& entry) { return entry.loadable && entry.device.contains(*range); };
    if (std::ranges::any_of(memory_map(config), holds)) return;  // another trace of that name
    finding.message = fmt::format(
        "the log buffer of {} at {:#x} {}: Linux boots the firmware, and says \"Trace  not "
        "available\" to every reader",
        byte_count(trace.len), trace.da.get(), explain_misfit(config, *range));
    finding.hint =
        "set da and len of the trace entry to the address and size of the log buffer; " + advise_place(config, *range);
}

void complete_table(Finding& finding, const ElfSection& section, const Stm32mp15Config& config) {
    const auto range = DeviceRange::make(section.addr, section.size);
    if (!range) return;
    finding.message = fmt::format("section .resource_table ({}) {}: the firmware never learns where its vrings are",
                                  to_string(*range), explain_misfit(config, *range));
}

/// The entry of that index; nothing when the table ends before.
std::optional<ResourceEntry> entry_at(const ResourceTableView& table, std::uint32_t index) {
    if (index >= table.size()) return std::nullopt;
    const auto entry = table.entry(index);
    return entry ? std::optional(*entry) : std::nullopt;
}

void complete_vring_at(Finding& finding, const place::Vring& at, const ResourceTableView& table,
                       const Stm32mp15Config& config) {
    const auto entry = entry_at(table, at.entry);
    const auto vdev = entry ? decode_vdev(*entry) : fail(Error());
    if (vdev && at.index < vdev->vring_count())
        complete_vring(finding, vdev->vring(at.index), fmt::format("vdev{}vring{}", at.vdev, at.index), config);
}

void complete_carveout_at(Finding& finding, const place::Entry& at, const ResourceTableView& table,
                          const Stm32mp15Config& config) {
    const auto entry = entry_at(table, at.index);
    const auto request = entry ? decode_carveout(*entry) : fail(Error());
    if (request) complete_carveout(finding, *request, config);
}

/// Every trace of that name: the table may have several.
void complete_traces(Finding& finding, const place::Trace& at, const ResourceTableView& table,
                     const Stm32mp15Config& config) {
    // An entry that is cut off ends the walk, as it ends the kernel's.
    static_cast<void>(table.for_each([&](const ResourceEntry& entry) -> Result<void> {
        if (!entry.is(wire::EntryType::trace)) return {};
        RPROC_TRY_ASSIGN(const wire::Trace request, decode_trace(entry));
        if (wire::view(request.name) == at.name) complete_trace(finding, request, config);
        return {};
    }));
}

}  // namespace

Finding with_arithmetic(Finding finding, const ElfImage& image, const Stm32mp15Config& config) {
    const Place::Part part = finding.place().part;
    const auto* const segment = std::get_if<place::Segment>(&part);
    if (finding.code == ErrorCode::segment_outside_memory && segment != nullptr)
        complete_segment(finding, image.segment(segment->index), config);
    const auto table = find_file_table(image);
    if (!table) return finding;
    if (finding.code == ErrorCode::table_not_in_memory) complete_table(finding, table->section, config);
    if (const auto* const entry = std::get_if<place::Entry>(&part);
        entry != nullptr && finding.code == ErrorCode::carveout_misfit)
        complete_carveout_at(finding, *entry, table->view, config);
    if (const auto* const vring = std::get_if<place::Vring>(&part);
        vring != nullptr && finding.code == ErrorCode::vring_misfit)
        complete_vring_at(finding, *vring, table->view, config);
    if (const auto* const trace = std::get_if<place::Trace>(&part);
        trace != nullptr && finding.code == ErrorCode::trace_unavailable)
        complete_traces(finding, *trace, table->view, config);
    return finding;
}

}  // namespace rproc::check
