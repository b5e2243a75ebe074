// SPDX-License-Identifier: BSD-2-Clause
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "check/lint/file_table.hpp"
#include "check/lint/image_remarks.hpp"
#include "check/lint/memory_advice.hpp"
#include "rproc/resource/entries.hpp"

namespace rproc::check {
namespace {

void note(std::vector<Finding>& findings, FindingCode code, std::string message, std::string hint) {
    findings.push_back({Severity::note, code, place::Table{}, std::move(message), std::move(hint)});
}

void remark_on_absence(std::vector<Finding>& findings, std::uint32_t entries, bool trace, bool vdev) {
    if (!trace && !vdev) {
        note(findings, FindingCode::table_without_services,
             fmt::format(
                 "none of its {} entries is a trace or a vdev: Linux starts the firmware, and can neither show its "
                 "log nor talk to it",
                 entries),
             "add an entry of type 2 (trace) for a log, one of type 3 (vdev, id 7) for rpmsg; or leave it, if neither "
             "is "
             "wanted");
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

void remark_on_carveout(std::vector<Finding>& findings, const ResourceEntry& entry, const wire::Carveout& request,
                        const platform::Stm32mp15Config& config) {
    const auto memory = find_memory(config, wire::view(request.name));
    if (!memory || request.da == wire::kAddressAny || request.da == memory->device.start().value()) return;
    findings.push_back(
        {Severity::warning, FindingCode::address_replaced, place_of(entry),
         fmt::format(
             "asks for da {:#x}, {:#x} bytes into {}: Linux takes the whole memory, and writes da {:#x} and len "
             "{:#x} into the entry",
             request.da.get(), request.da - memory->device.start().value(), describe(*memory),
             memory->device.start().value(), memory->device.size()),
         "read da from the table when the firmware runs, or ask for the start of the memory"});
}

}  // namespace

std::vector<Finding> remarks_on_services(const ElfImage& image, const platform::Stm32mp15Config& config) {
    std::vector<Finding> findings;
    const auto table = find_file_table(image);
    if (!table) return findings;
    bool trace = false;
    bool vdev = false;
    static_cast<void>(table->view.for_each([&](const ResourceEntry& entry) -> Result<void> {
        trace = trace || entry.is(wire::EntryType::trace);
        vdev = vdev || entry.is(wire::EntryType::vdev);
        if (!entry.is(wire::EntryType::carveout)) return {};
        RPROC_TRY_ASSIGN(const wire::Carveout request, decode_carveout(entry));
        remark_on_carveout(findings, entry, request, config);
        return {};
    }));
    remark_on_absence(findings, table->view.size(), trace, vdev);
    return findings;
}

}  // namespace rproc::check
