// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/checker.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "check/as_kernel_sees.hpp"
#include "check/judge.hpp"
#include "check/remarks.hpp"
#include "check/trial.hpp"
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

/// The model's verdict, before the kernel's own defects are taken into account.
Verdict verdict_of(const Trial& trial) {
    Verdict verdict;
    verdict.outcome = trial.error ? Outcome::refused : outcome_of_running(trial);
    verdict.errno_value = trial.error ? trial.error->errno_value() : 0;
    verdict.state = trial.error ? State::offline : State::running;
    verdict.kernel_log = trial.record.kernel_log();
    return verdict;
}

}  // namespace

Checker::Checker(platform::Board board) : board_(std::move(board)) {}

Verdict Checker::check(const FirmwareSource& source) {
    memory_.clear();
    const auto firmware = source.request();
    KernelView seen{firmware.value_or(Firmware(source.name(), {})), {}};
    if (firmware) seen = as_kernel_sees(*firmware, board_.config);
    const Trial trial = try_boot(firmware ? FirmwareSource(seen.firmware) : source, board_.config, memory_);
    const auto image = parse(seen.firmware);

    Verdict verdict = verdict_of(trial);
    verdict.firmware = source.name();
    verdict.format = image ? fmt::format("elf{}", image->header().elf_class) : "unknown";
    verdict.board = board_.name;
    verdict.remoteproc = board_.config.name;
    if (image) verdict.virtio = requested_virtio(*image);
    for (const std::uint32_t index : trial.registered) verdict.virtio.at(index).registered = true;
    append(verdict.findings, std::move(seen.findings));
    append(verdict.findings, trial.record.findings());
    if (trial.error) verdict.findings.push_back(explain(*trial.error, image ? &*image : nullptr, board_.config));
    if (image) append(verdict.findings, remarks_on(*image, board_.config, trial));
    if (firmware) judge_kernel(verdict, trial, seen.firmware, board_.config);
    return verdict;
}

}  // namespace rproc::check
