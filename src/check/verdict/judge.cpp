// SPDX-License-Identifier: BSD-2-Clause
#include "check/verdict/judge.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "check/lint/defect_finding.hpp"
#include "check/verdict/kernel_reads.hpp"
#include "rproc/core/boot_steps.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc::check {
namespace {

/// What the kernel cannot give back without dying, once it has taken it: it frees it after a failed boot, or at stop.
std::optional<std::string> panics_on_free(const Trial& trial) {
    if (trial.record.noticed(ErrorCode::vdev_too_few_vrings)) return "a virtio device that has not two vrings";
    if (trial.record.noticed(ErrorCode::carveout_elsewhere)) return "memory that it had to allocate for this processor";
    return std::nullopt;
}

/// The kernel panics while it starts the firmware: the write returns no errno, and no state can be read.
void die_at_start(Verdict& verdict, Finding why, std::size_t lines) {
    verdict.outcome = Outcome::panics;
    verdict.errno_value.reset();
    verdict.state.reset();
    verdict.stop_errno.reset();
    for (VirtioDevice& device : verdict.virtio) device.registered = false;
    verdict.kernel_log.resize(std::min(lines, verdict.kernel_log.size()));
    verdict.findings.push_back(std::move(why));
}

/// e_shoff so large that the kernel's sum with the header's size wraps, and passes its check.
bool section_headers_wrap(std::span<const std::byte> bytes) {
    constexpr std::uint64_t kShoffIn64BitHeader = 40;  // offsetof(Elf64_Ehdr, e_shoff)
    constexpr std::uint64_t kSectionHeader64 = 64;
    constexpr std::byte kClass64{2};
    const auto shoff = internal::read_at<internal::Le64>(bytes, kShoffIn64BitHeader);
    return shoff && bytes[4] == kClass64 && shoff->get() + kSectionHeader64 < kSectionHeader64;
}

constexpr const char* kDamaged = "the file is damaged: link it again, or copy it again";

Finding reads_past_file(const Place& place, std::string_view read) {
    return defect_finding(FindingCode::kernel_reads_past_file, place, read, kDamaged);
}

/// The kernel reads outside a file that the model refuses as no ELF image.
void judge_sanity_check(Verdict& verdict, const Trial& trial, const Firmware& firmware) {
    if (trial.error->code() != ErrorCode::elf_headers_outside_file || !section_headers_wrap(firmware.bytes())) return;
    verdict.findings.clear();
    die_at_start(verdict, reads_past_file(place::ElfHeader{"e_shoff"}, "e_shoff wraps"),
                 trial.record.lines_before(Step::sanity_check).value_or(0));
    verdict.kernel_log.push_back(fill(kBootingLine, {firmware.name(), firmware.bytes().size()}));
}

/// The kernel reads outside an ELF image; the first such read ends the boot.
void judge_reads(Verdict& verdict, const Trial& trial, const CheckedImage& checked) {
    if (const auto lines = trial.record.lines_before(Step::parse_fw))
        if (const auto read = find_table_panics(checked.image.elf()))
            return die_at_start(verdict, reads_past_file(place::Part{"section headers"}, *read), *lines);
    if (const auto lines = trial.record.lines_before(Step::load))
        if (const auto read = load_panics(checked))
            return die_at_start(verdict, reads_past_file(place::Part{"program headers"}, *read), *lines);
}

}  // namespace

Outcome outcome_of_running(const Trial& trial) {
    constexpr std::array kMissing{ErrorCode::table_missing,        ErrorCode::table_truncated,
                                  ErrorCode::table_headerless,     ErrorCode::table_version,
                                  ErrorCode::table_incomplete,     ErrorCode::vring_invalid,
                                  ErrorCode::table_reserved_bytes, ErrorCode::vring_misfit,
                                  ErrorCode::trace_unavailable,    ErrorCode::table_not_in_memory};
    const bool lacks = std::ranges::any_of(kMissing, [&](ErrorCode code) { return trial.record.noticed(code); });
    return lacks ? Outcome::degraded : Outcome::boots;
}

void judge_free(Verdict& verdict, const Trial& trial) {
    const auto taken = panics_on_free(trial);
    if (!taken || verdict.outcome == Outcome::panics) return;
    const std::string hint = "give every vdev two vrings, and every carveout and vring the name of a memory-region";
    if (trial.error) {
        const std::size_t all_but_boot_failed = verdict.kernel_log.size() - 1;
        return die_at_start(
            verdict,
            defect_finding(FindingCode::kernel_panics_on_free, place::Part{"undo of the failed boot"}, *taken, hint),
            all_but_boot_failed);
    }
    verdict.outcome = Outcome::panics;
    verdict.stop_errno.reset();
    verdict.findings.push_back(defect_finding(FindingCode::kernel_panics_on_free, place::Part{"stop"}, *taken, hint));
}

void judge_regions(Verdict& verdict, const platform::Stm32mp15Config& config) {
    const auto dangling =
        std::ranges::find(config.regions, platform::RegionFault::dangling, &platform::ReservedRegion::fault);
    if (dangling == config.regions.end()) return;
    const std::string reason = platform::region_error(*dangling, config.node_path).message();
    const auto refusal = std::ranges::find_if(verdict.findings, [&](const Finding& finding) {
        return finding.severity == Severity::error && finding.message_with_place() == reason;
    });
    if (refusal == verdict.findings.end()) return;
    Finding why = defect_finding(FindingCode::kernel_looks_up_null_node, refusal->place(), refusal->message,
                                 "refer to a node of /reserved-memory, or remove the reference");
    verdict.findings.erase(refusal);
    const auto prepare_failed = std::ranges::find_if(
        verdict.kernel_log, [](const std::string& line) { return line.starts_with("can't prepare rproc"); });
    die_at_start(verdict, std::move(why), static_cast<std::size_t>(prepare_failed - verdict.kernel_log.begin()));
}

void judge_kernel(Verdict& verdict, const Trial& trial, const KernelView& seen) {
    if (seen.image) {
        judge_reads(verdict, trial, *seen.image);
    } else {
        judge_sanity_check(verdict, trial, seen.firmware);
    }
    judge_free(verdict, trial);
}

}  // namespace rproc::check
