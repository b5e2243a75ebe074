// SPDX-License-Identifier: BSD-2-Clause
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "check/lint/image_remarks.hpp"
#include "check/lint/memory_advice.hpp"

namespace rproc::check {
namespace {

void note(std::vector<Finding>& findings, FindingCode code, std::string message, std::string hint) {
    findings.push_back({Severity::note, code, place::Table{}, std::move(message), std::move(hint)});
}

void remark_on_absence(std::vector<Finding>& findings, const TableModel& table) {
    const bool trace = !table.traces.empty();
    const bool vdev = !table.vdevs.empty();
    if (!trace && !vdev) {
        note(findings, FindingCode::table_without_services,
             fmt::format("none of its {} entries is a trace or a vdev: Linux starts the firmware, and can neither show "
                         "its log nor talk to it",
                         table.view.size()),
             "add an entry of type 2 (trace) for a log, one of type 3 (vdev, id 7) for rpmsg; or leave it, if neither "
             "is wanted");
    } else if (!trace) {
        note(findings, FindingCode::trace_absent,
             "has no trace entry: what the firmware logs cannot be read on Linux (debugfs, "
             "remoteproc/remoteproc0/trace0)",
             "add an entry of type 2 with da and len of the log buffer");
    } else if (!vdev) {
        note(findings, FindingCode::virtio_absent,
             "has no vdev entry: there is no rpmsg channel between Linux and the firmware",
             "add an entry of type 3 with id 7 (rpmsg) and two vrings");
    }
}

void remark_on_carveout(std::vector<Finding>& findings, const CarveoutRequest& carveout, const BoardModel& board) {
    const MemoryEntry* const memory = board.find(carveout.name());
    const std::uint32_t da = carveout.fields.da;
    if (memory == nullptr || da == wire::kAddressAny || da == memory->device.start().value()) return;
    findings.push_back({Severity::warning, FindingCode::address_replaced, place_of(carveout.entry),
                        fmt::format("asks for da {:#x}, {:#x} bytes into {}: Linux takes the whole memory, and writes "
                                    "da {:#x} and len {:#x} into the entry",
                                    da, da - memory->device.start().value(), describe(*memory),
                                    memory->device.start().value(), memory->device.size()),
                        "read da from the table when the firmware runs, or ask for the start of the memory"});
}

}  // namespace

std::vector<Finding> remarks_on_services(const CheckedImage& checked) {
    std::vector<Finding> findings;
    const TableModel* const table = checked.image.table();
    if (table == nullptr) return findings;
    for (const CarveoutRequest& carveout : table->carveouts) remark_on_carveout(findings, carveout, checked.board);
    remark_on_absence(findings, *table);
    return findings;
}

}  // namespace rproc::check
