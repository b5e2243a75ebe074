// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/checker.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "check/lint/arithmetic.hpp"
#include "check/lint/remarks.hpp"
#include "check/verdict/as_kernel_sees.hpp"
#include "check/verdict/judge.hpp"
#include "check/verdict/secure_check.hpp"
#include "check/verdict/trial.hpp"
#include "check/verdict/verdict_of_trial.hpp"
#include "rproc/firmware/elf_image.hpp"

namespace rproc::check {
namespace {

std::optional<ElfImage> parse(const Firmware& firmware) {
    const auto image = ElfImage::parse(firmware.bytes());
    return image ? std::optional(*image) : std::nullopt;
}

void append(std::vector<Finding>& findings, std::vector<Finding> more) {
    std::ranges::move(more, std::back_inserter(findings));
}

Verdict check_elf(const FirmwareSource& source, const platform::Board& board, const ModelMemory& memory) {
    const auto firmware = source.request();
    KernelView seen{firmware.value_or(Firmware(source.name(), {})), {}};
    if (firmware) seen = as_kernel_sees(*firmware, board.config);
    const Trial trial = try_boot(firmware ? FirmwareSource(seen.firmware) : source, board.config, memory);
    const auto image = parse(seen.firmware);

    Verdict verdict = verdict_of(trial, source, board);
    verdict.format = image ? fmt::format("elf{}", image->header().elf_class) : "unknown";
    if (image) verdict.virtio = requested_virtio(*image);
    for (const std::uint32_t index : trial.registered) verdict.virtio.at(index).registered = true;
    const bool as_in_file = seen.findings.empty();
    append(verdict.findings, std::move(seen.findings));
    for (const Finding& finding : trial.record.findings())
        verdict.findings.push_back(image ? with_arithmetic(finding, *image, board.config) : finding);
    if (trial.error) verdict.findings.push_back(explain(*trial.error, image ? &*image : nullptr, board.config));
    if (image) append(verdict.findings, remarks_on(*image, board.config, trial));
    if (image && !trial.error && as_in_file) append(verdict.findings, remarks_on_running(*image, board.config, trial));
    if (firmware) judge_kernel(verdict, trial, seen.firmware, board.config);
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
