// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/remarks.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "check/lint/defect_finding.hpp"
#include "check/lint/image_remarks.hpp"

namespace rproc::check {
namespace {

/// Whether a segment loads the bytes of this section, and to its address.
bool loaded_by_segment(const ImageModel& image, const ElfSection& section, DeviceRange range) {
    return std::ranges::any_of(image.segments(), [&](const LoadableSegment& segment) {
        const std::uint64_t into = range.start().value() - segment.header.paddr.value();
        return segment.covers(range) && segment.header.offset + into == section.offset;
    });
}

/// The table that Linux installs where nothing was loaded: it overwrites what lies there.
void remark_on_place(std::vector<Finding>& findings, const TableModel& table, const CheckedImage& checked) {
    const auto range = table.range();
    if (!range || loaded_by_segment(checked.image, table.section, *range)) return;
    if (checked.board.loadable_memory_of(*range) == nullptr) return;
    findings.push_back(
        {Severity::warning, FindingCode::table_outside_segments, place::Table{},
         fmt::format("no segment loads section .resource_table; Linux writes the table to {} all the same, "
                     "over whatever is there",
                     to_string(*range)),
         "add the section to a loaded output section of the linker script (allocated, KEEP)"});
}

void remark_on_names(std::vector<Finding>& findings, const TableModel& table) {
    for (const CarveoutRequest& carveout : table.carveouts) {
        const std::string name(carveout.name());
        if (name.find('%') == std::string::npos) continue;
        findings.push_back(defect_finding(FindingCode::kernel_format_string, place::Carveout{name},
                                          "it registers another name", "use a name without '%'"));
    }
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

std::vector<Finding> remarks_on(const CheckedImage& checked, const Trial& trial) {
    std::vector<Finding> findings;
    const TableModel* const table = checked.image.table();
    if (table == nullptr) return findings;
    if (!trial.error) remark_on_place(findings, *table, checked);
    remark_on_names(findings, *table);
    if (trial.error && trial.error->code() == ErrorCode::entry_outside_table) remark_on_offsets(findings, table->view);
    return findings;
}

std::vector<Finding> remarks_on_running(const CheckedImage& checked, const Trial& trial) {
    std::vector<Finding> findings = remarks_on_image(checked.image);
    std::ranges::move(remarks_on_segments(checked), std::back_inserter(findings));
    std::ranges::move(remarks_on_services(checked), std::back_inserter(findings));
    std::ranges::move(remarks_on_vrings(checked, trial), std::back_inserter(findings));
    return findings;
}

}  // namespace rproc::check
