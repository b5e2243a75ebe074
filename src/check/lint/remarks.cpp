// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/remarks.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "check/lint/arithmetic.hpp"
#include "check/lint/defect_finding.hpp"
#include "check/lint/file_table.hpp"
#include "check/lint/image_remarks.hpp"
#include "rproc/check/memory_map.hpp"
#include "rproc/resource/entries.hpp"

namespace rproc::check {
namespace {

using platform::Stm32mp15Config;

/// Whether a segment puts these very bytes of the file to that place.
bool loaded_by_segment(const ElfImage& image, const FileTable& table, DeviceRange range) {
    for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
        const ElfSegment segment = image.segment(i);
        const auto loaded = DeviceRange::make(segment.paddr, segment.memsz);
        if (!segment.loadable() || !loaded || !loaded->contains(range)) continue;
        const std::uint64_t into = range.start().value() - segment.paddr.value();
        if (segment.offset + into == table.section.offset) return true;
    }
    return false;
}

/// The table that Linux installs where nothing was loaded: it overwrites what lies there.
void remark_on_place(std::vector<Finding>& findings, const FileTable& table, const ElfImage& image,
                     const Stm32mp15Config& config) {
    const auto range = DeviceRange::make(table.section.addr, table.section.size);
    if (!range || loaded_by_segment(image, table, *range)) return;
    const auto holds = [&](const MemoryEntry& entry) { return entry.loadable && entry.device.contains(*range); };
    if (std::ranges::none_of(memory_map(config), holds)) return;
    findings.push_back(
        {Severity::warning, FindingCode::table_outside_segments, place::Table{},
         fmt::format("no segment loads section .resource_table; Linux writes the table to {} all the same, "
                     "over whatever is there",
                     to_string(*range)),
         "add the section to a loaded output section of the linker script (allocated, KEEP)"});
}

void remark_on_names(std::vector<Finding>& findings, const ResourceTableView& table) {
    // An entry that is cut off ends the walk, as it ends the kernel's.
    static_cast<void>(table.for_each([&](const ResourceEntry& entry) -> Result<void> {
        if (!entry.is(wire::EntryType::carveout)) return {};
        RPROC_TRY_ASSIGN(const wire::Carveout request, decode_carveout(entry));
        const std::string name(wire::view(request.name));
        if (name.find('%') != std::string::npos) {
            findings.push_back(defect_finding(FindingCode::kernel_format_string, place::Carveout{name},
                                              "it registers another name", "use a name without '%'"));
        }
        return {};
    }));
}

void remark_on_offsets(std::vector<Finding>& findings, const ResourceTableView& table) {
    constexpr std::uint32_t kFirstNegative = 0x80000000;
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        if (table.offset(i) < kFirstNegative) continue;
        findings.push_back(defect_finding(FindingCode::kernel_reads_before_table, place::TableOffset{i},
                                          fmt::format("{:#x} may panic them", table.offset(i)),
                                          "offsets count from the table's first byte; use offsetof()"));
        return;
    }
}

}  // namespace

std::vector<Finding> remarks_on(const ElfImage& image, const Stm32mp15Config& config, const Trial& trial) {
    std::vector<Finding> findings;
    const auto table = find_file_table(image);
    if (!table) return findings;
    if (!trial.error) remark_on_place(findings, *table, image, config);
    remark_on_names(findings, table->view);
    if (trial.error && trial.error->code() == ErrorCode::entry_outside_table) remark_on_offsets(findings, table->view);
    return findings;
}

std::vector<Finding> remarks_on_running(const ElfImage& image, const Stm32mp15Config& config, const Trial& trial) {
    std::vector<Finding> findings = remarks_on_image(image);
    std::ranges::move(remarks_on_segments(image, config), std::back_inserter(findings));
    std::ranges::move(remarks_on_services(image, config), std::back_inserter(findings));
    std::ranges::move(remarks_on_vrings(image, config, trial), std::back_inserter(findings));
    return findings;
}

std::vector<VirtioDevice> requested_virtio(const ElfImage& image) {
    std::vector<VirtioDevice> devices;
    const auto table = find_file_table(image);
    if (!table) return devices;
    static_cast<void>(table->view.for_each([&](const ResourceEntry& entry) -> Result<void> {
        if (!entry.is(wire::EntryType::vdev)) return {};
        RPROC_TRY_ASSIGN(const VdevEntry request, decode_vdev(entry));
        devices.push_back({static_cast<std::uint32_t>(devices.size()), request.header().id, false});
        return {};
    }));
    return devices;
}

Finding explain(const Error& error, const ElfImage* image, const Stm32mp15Config& config) {
    Finding finding{Severity::error, error.code(), error.place(), error.what(), error.hint()};
    return image == nullptr ? finding : with_arithmetic(std::move(finding), *image, config);
}

}  // namespace rproc::check
