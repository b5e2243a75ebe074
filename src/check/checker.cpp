// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/checker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "check/lint/arithmetic.hpp"
#include "check/lint/board_remarks.hpp"
#include "check/lint/file_form.hpp"
#include "check/lint/remarks.hpp"
#include "check/model/board_model.hpp"
#include "check/model/checked_image.hpp"
#include "check/verdict/as_kernel_sees.hpp"
#include "check/verdict/judge.hpp"
#include "check/verdict/secure_check.hpp"
#include "check/verdict/trial.hpp"
#include "check/verdict/verdict_of_trial.hpp"

namespace rproc::check {
namespace {

void append(std::vector<Finding>& findings, std::vector<Finding> more) {
    std::ranges::move(more, std::back_inserter(findings));
}

/// What the boot says, and the error that ended it.
std::vector<Finding> findings_of(const Trial& trial) {
    std::vector<Finding> findings = trial.record.findings();
    if (trial.error) findings.push_back(as_finding(Severity::error, *trial.error));
    return findings;
}

/// What boot and lints say of an image.
/// @param as_in_file the kernel cuts none of its numbers.
std::vector<Finding> findings_of(const CheckedImage& checked, const Trial& trial, bool as_in_file) {
    std::vector<Finding> findings = remarks_on_machine(checked.image);
    append(findings, findings_of(trial));
    for (Finding& finding : findings) finding = with_arithmetic(std::move(finding), checked);
    append(findings, remarks_on(checked, trial));
    if (!trial.error && as_in_file) append(findings, remarks_on_running(checked, trial));
    return findings;
}

Verdict check_elf(const FirmwareSource& source, const platform::Board& board, const ModelMemory& memory) {
    const BoardModel board_model(board.config);
    const auto firmware = source.request();
    const KernelView seen = firmware ? as_kernel_sees(*firmware, board_model) : KernelView{Firmware(source.name(), {})};
    const Trial trial = try_boot(firmware ? FirmwareSource(seen.firmware) : source, board.config, memory);

    Verdict verdict = verdict_of(trial, source, board);
    verdict.format = seen.image ? seen.image->image.format() : "unknown";
    if (seen.image) verdict.virtio = virtio_of(seen.image->image, trial);
    verdict.findings = seen.findings;
    append(verdict.findings, seen.image ? findings_of(*seen.image, trial, seen.findings.empty()) : findings_of(trial));
    if (firmware && !seen.image) append(verdict.findings, remarks_on_file_form(*firmware));
    if (seen.image && !trial.error) append(verdict.findings, remarks_on_board(board.config, seen.image->image));
    if (firmware) judge_kernel(verdict, trial, seen);
    judge_regions(verdict, board.config);
    return verdict;
}

}  // namespace

Checker::Checker(platform::Board board, tee::SoftwareTeePolicy policy)
    : board_(std::move(board)), policy_(std::move(policy)) {}

Verdict Checker::check(const FirmwareSource& source) {
    memory_.clear();
    const FirmwareSource same = source.requested();  // what boots is what is looked at
    return board_.config.tee ? check_signed(same, board_, policy_, memory_) : check_elf(same, board_, memory_);
}

}  // namespace rproc::check
