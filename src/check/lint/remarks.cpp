// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/remarks.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"
#include "check/lint/defect_finding.hpp"
#include "check/lint/image_remarks.hpp"
#include "check/model/elf_machine.hpp"

namespace rproc::check {
namespace {

/// The table that Linux installs where nothing was loaded: it overwrites what lies there.
void remark_on_place(std::vector<Finding>& findings, const TableModel& table, const CheckedImage& checked) {
    const auto range = table.range();
    if (!range || checked.image.load_address_of(table.section)) return;
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

/// A section that the linker gave no bytes: what stands at its offset in the file belongs to another.
void remark_on_bytes(std::vector<Finding>& findings, const ElfImage& image) {
    constexpr std::uint32_t kNobits = 8;  // SHT_NOBITS
    const auto section = image.find_section(kResourceTableSection);
    if (!section || section->type != kNobits || section->size == 0) return;
    findings.push_back({Severity::warning, FindingCode::table_without_bytes, place::Table{},
                        fmt::format("section .resource_table has no bytes in the file (type NOBITS): Linux takes the "
                                    "{} at its offset {:#x} for the table",
                                    byte_count(section->size), section->offset),
                        "initialise the table in the source, and take NOLOAD off its output section in the linker "
                        "script"});
}

/// "RISC-V (machine 243)"
std::string describe_machine(std::uint16_t machine) {
    const std::string_view name = machine_name(machine);
    return name.empty() ? fmt::format("machine {}", machine) : fmt::format("{} (machine {})", name, machine);
}

}  // namespace

std::vector<Finding> remarks_on_machine(const ImageModel& image) {
    const std::uint16_t machine = image.elf().header().machine;
    if (machine == kMachineArm) return {};
    return {{Severity::warning, FindingCode::elf_machine_foreign, place::ElfHeader{"e_machine"},
             fmt::format("the file is for {}, and the board's remote processor, a Cortex-M4, executes Arm code "
                         "(machine {}); Linux does not check that",
                         describe_machine(machine), kMachineArm),
             "name the board whose processor it is for, or give the file that the Cortex-M build wrote: "
             "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb"}};
}

std::vector<Finding> remarks_on(const CheckedImage& checked, const Trial& trial) {
    std::vector<Finding> findings;
    remark_on_bytes(findings, checked.image.elf());
    const TableModel* const table = checked.image.table();
    if (table == nullptr) return findings;
    if (!trial.error) remark_on_place(findings, *table, checked);
    remark_on_names(findings, *table);
    if (trial.error && trial.error->code() == ErrorCode::entry_outside_table) remark_on_offsets(findings, table->view);
    return findings;
}

std::vector<Finding> remarks_on_running(const CheckedImage& checked, const Trial& trial) {
    std::vector<Finding> findings = remarks_on_image(checked);
    std::ranges::move(remarks_on_segments(checked), std::back_inserter(findings));
    std::ranges::move(remarks_on_services(checked), std::back_inserter(findings));
    std::ranges::move(remarks_on_vrings(checked, trial), std::back_inserter(findings));
    return findings;
}

}  // namespace rproc::check
