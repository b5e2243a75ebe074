// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/arithmetic.hpp"

#include <cstdint>
#include <string>
#include <variant>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"
#include "check/lint/memory_advice.hpp"
#include "rproc/resource/vring_size.hpp"

namespace rproc::check {
namespace {

/// The largest power of two whose vring fits; 0 when none does.
std::uint32_t most_descriptors(std::uint64_t room, std::uint32_t align) {
    std::uint32_t most = 0;
    for (std::uint32_t num = 1; num <= 32768 && vring_carveout_size(num, align) <= room; num *= 2) most = num;
    return most;
}

void complete_segment(Finding& finding, const LoadableSegment& segment, const BoardModel& board) {
    if (!segment.range) return;
    finding.message = explain_misfit(board, *segment.range);
    finding.hint = advise_segment(board, *segment.range);
    if (segment.header.vaddr != segment.header.paddr)
        finding.hint +=
            fmt::format("; the load address p_paddr (AT>) decides, not p_vaddr {}", to_string(segment.header.vaddr));
}

void complete_carveout(Finding& finding, const CarveoutRequest& carveout, const BoardModel& board) {
    const MemoryEntry* const memory = board.find(carveout.name());
    if (memory == nullptr) return;
    const wire::Carveout& request = carveout.fields;
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

void complete_vring(Finding& finding, const VringRequest& request, const BoardModel& board) {
    const MemoryEntry* const memory = board.find(request.name);
    if (memory == nullptr) return;
    const wire::Vring& vring = request.fields;
    const std::uint64_t needs = request.carveout_size();
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

void complete_trace(Finding& finding, const TraceRequest& trace, const BoardModel& board) {
    const DeviceRange range = trace.range();
    if (board.loadable_memory_of(range) != nullptr) return;  // another trace of that name
    finding.message = fmt::format(
        "the log buffer of {} at {:#x} {}: Linux boots the firmware, and says \"Trace  not "
        "available\" to every reader",
        byte_count(range.size()), range.start().value(), explain_misfit(board, range));
    finding.hint =
        "set da and len of the trace entry to the address and size of the log buffer; " + advise_place(board, range);
}

void complete_table(Finding& finding, const TableModel& table, const BoardModel& board) {
    const auto range = table.range();
    if (!range) return;
    finding.message = fmt::format("section .resource_table ({}) {}: the firmware never learns where its vrings are",
                                  to_string(*range), explain_misfit(board, *range));
}

void complete_vring_at(Finding& finding, const place::Vring& at, const TableModel& table, const BoardModel& board) {
    const VdevRequest* const vdev = table.vdev_at(at.entry);
    if (vdev != nullptr && at.index < vdev->content.vring_count())
        complete_vring(finding, vdev->vring(at.index), board);
}

void complete_carveout_at(Finding& finding, const place::Entry& at, const TableModel& table, const BoardModel& board) {
    const CarveoutRequest* const carveout = table.carveout_at(at.index);
    if (carveout != nullptr) complete_carveout(finding, *carveout, board);
}

/// Every trace of that name: the table may have several.
void complete_traces(Finding& finding, const place::Trace& at, const TableModel& table, const BoardModel& board) {
    for (const TraceRequest& trace : table.traces)
        if (trace.name() == at.name) complete_trace(finding, trace, board);
}

/// What does not fit is in the resource table, or the table itself.
void complete_in_table(Finding& finding, const Place::Part& part, const TableModel& table, const BoardModel& board) {
    if (finding.code == ErrorCode::table_not_in_memory) complete_table(finding, table, board);
    if (const auto* const entry = std::get_if<place::Entry>(&part);
        entry != nullptr && finding.code == ErrorCode::carveout_misfit)
        complete_carveout_at(finding, *entry, table, board);
    if (const auto* const vring = std::get_if<place::Vring>(&part);
        vring != nullptr && finding.code == ErrorCode::vring_misfit)
        complete_vring_at(finding, *vring, table, board);
    if (const auto* const trace = std::get_if<place::Trace>(&part);
        trace != nullptr && finding.code == ErrorCode::trace_unavailable)
        complete_traces(finding, *trace, table, board);
}

}  // namespace

Finding with_arithmetic(Finding finding, const CheckedImage& checked) {
    const Place::Part part = finding.place().part;
    if (const auto* const at = std::get_if<place::Segment>(&part);
        at != nullptr && finding.code == ErrorCode::segment_outside_memory)
        if (const LoadableSegment* const segment = checked.image.segment_at(at->index); segment != nullptr)
            complete_segment(finding, *segment, checked.board);
    if (const TableModel* const table = checked.image.table(); table != nullptr)
        complete_in_table(finding, part, *table, checked.board);
    return finding;
}

}  // namespace rproc::check
