// SPDX-License-Identifier: BSD-2-Clause
#include "check/verdict/secure_check.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "check/lint/board_remarks.hpp"
#include "check/lint/remarks.hpp"
#include "check/lint/signed_remarks.hpp"
#include "check/model/board_model.hpp"
#include "check/model/checked_image.hpp"
#include "check/verdict/judge.hpp"
#include "check/verdict/trial.hpp"
#include "check/verdict/verdict_of_trial.hpp"
#include "rproc/check/verification.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/readable_images.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/sim/software_tee_board.hpp"

namespace rproc::check {
namespace {

std::string format_of(const Firmware& firmware) {
    if (SignedImage::recognises(firmware.bytes())) return "optee-signed";
    const auto image = ElfImage::parse(firmware.bytes());
    return image ? fmt::format("elf{}", image->header().elf_class) : "unknown";
}

Finding signature_not_verified(const Firmware& firmware) {
    return {Severity::note, FindingCode::signature_not_verified, place::Firmware{firmware.name()},
            "the signature is not verified: the verdict is about the rest of the image",
            fmt::format("rproc verify {} --key PUBLIC_KEY", firmware.name())};
}

/// The images of a signed package, or the ELF file that would be signed.
std::vector<CheckedImage> images_of(const Firmware& firmware, const BoardModel& board) {
    std::vector<CheckedImage> images;
    for (const ElfImage& elf : readable_images(firmware)) images.push_back({ImageModel(elf), board});
    return images;
}

tee::ResultCode result_of(const internal::MistakenSegment& mistaken) {
    return mistaken.result == internal::HashOrderResult::security ? tee::ResultCode::security
                                                                  : tee::ResultCode::bad_parameters;
}

/// What the TEE refused is told in its words, the rest in those of the board.
/// @param images of the signed package; none of another file.
Finding finding_of(const Error& error, const Firmware& firmware, const tee::LoadReport& report,
                   const std::vector<CheckedImage>& images) {
    if (error.code() != ErrorCode::tee_refused || report.result == tee::ResultCode::success)
        return as_finding(Severity::error, error);
    const auto mistaken = segments_mistaken_by_tee(images);
    if (!mistaken.empty() && result_of(mistaken.front()) == report.result) return mistaken_segment(mistaken.front());
    return explain_refusal(firmware, report);
}

/// Of the first image that asks for any.
std::vector<VirtioDevice> virtio_of(const std::vector<CheckedImage>& images, const Trial& trial) {
    for (const CheckedImage& checked : images)
        if (auto devices = virtio_of(checked.image, trial); !devices.empty()) return devices;
    return {};
}

/// What OP-TEE would refuse of a plain ELF file once it is signed.
std::vector<Finding> refusals_once_signed(const std::vector<CheckedImage>& images) {
    std::vector<Finding> findings;
    for (const auto& segment : segments_mistaken_by_tee(images)) findings.push_back(mistaken_segment(segment));
    return findings;
}

/// The boot goes on after the table, which has no entries.
void run_without_entries(Verdict& verdict, const Trial& trial) {
    verdict.outcome = Outcome::degraded;
    verdict.errno_value = 0;
    verdict.state = State::running;
    verdict.stop_errno = 0;
    for (VirtioDevice& device : verdict.virtio) device.registered = false;
    verdict.kernel_log.resize(
        std::min(verdict.kernel_log.size(), trial.record.lines_before(Step::parse_fw).value_or(0)));
    verdict.kernel_log.push_back(fmt::format("remote processor {} is now up", verdict.remoteproc));
}

/// Whether only the library refuses the table that the TEE gives: Linux does not look at its version.
bool is_version_of_table(const Trial& trial) { return trial.error && trial.error->code() == ErrorCode::table_version; }

/// OP-TEE gives Linux the section's address of a table, where other bytes are: zeros, unless a segment is there.
void judge_tables(Verdict& verdict, const Trial& trial, const std::vector<CheckedImage>& images) {
    auto elsewhere = tables_loaded_elsewhere(images);
    if (!elsewhere.empty() && is_version_of_table(trial)) run_without_entries(verdict, trial);
    if (!elsewhere.empty() && verdict.outcome == Outcome::boots) verdict.outcome = Outcome::degraded;
    std::ranges::move(elsewhere, std::back_inserter(verdict.findings));
}

using Tee = Result<std::shared_ptr<tee::SoftwareTee>>;

Trial try_with(const Tee& tee, const FirmwareSource& source, const platform::Stm32mp15Config& config,
               const ModelMemory& memory) {
    if (tee) return try_secure_boot(source, config, memory, *tee);
    Trial trial;
    trial.error = tee.error();
    return trial;
}

}  // namespace

Verdict check_signed(const FirmwareSource& source, const platform::Board& board, const tee::SoftwareTeePolicy& policy,
                     const ModelMemory& memory) {
    const auto read = source.request();
    const Firmware firmware = read.value_or(Firmware(source.name(), {}));
    const Tee tee = sim::make_software_tee(board.config, policy, memory);
    const Trial trial = try_with(tee, source, board.config, memory);
    const BoardModel board_model(board.config);
    const auto inside = images_of(firmware, board_model);
    // The TEE refuses another file than a signed package before it looks at an image.
    const bool is_signed = SignedImage::recognises(firmware.bytes());
    const auto images = is_signed ? inside : std::vector<CheckedImage>();

    Verdict verdict = verdict_of(trial, source, board);
    verdict.format = format_of(firmware);
    verdict.virtio = virtio_of(images, trial);
    for (const CheckedImage& checked : images)
        std::ranges::move(remarks_on_machine(checked.image), std::back_inserter(verdict.findings));
    std::ranges::copy(trial.record.findings(), std::back_inserter(verdict.findings));
    const tee::LoadReport report = tee ? (*tee)->last_load(sim::processor_id(board.config)) : tee::LoadReport{};
    const bool accepted = tee && report.result == tee::ResultCode::success;
    if (trial.error) {
        if (!is_version_of_table(trial)) verdict.findings.push_back(finding_of(*trial.error, firmware, report, images));
    } else if (policy.signatures == tee::SoftwareTeePolicy::Signatures::not_verified) {
        verdict.findings.push_back(signature_not_verified(firmware));
    }
    if (!is_signed) std::ranges::move(refusals_once_signed(inside), std::back_inserter(verdict.findings));
    if (accepted && policy.checks == tee::SoftwareTeePolicy::Checks::as_optee)
        std::ranges::move(strict_objections(firmware, board.config, policy), std::back_inserter(verdict.findings));
    judge_tables(verdict, trial, inside);
    for (const CheckedImage& checked : images)
        std::ranges::move(remarks_on(checked, trial), std::back_inserter(verdict.findings));
    if (images.size() == 1 && !trial.error)
        std::ranges::move(remarks_on_running(images.front(), trial), std::back_inserter(verdict.findings));
    if (images.size() == 1 && !trial.error)
        std::ranges::move(remarks_on_board(board.config, images.front().image), std::back_inserter(verdict.findings));
    judge_free(verdict, trial);
    judge_regions(verdict, board.config);
    return verdict;
}

}  // namespace rproc::check
