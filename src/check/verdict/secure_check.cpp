// SPDX-License-Identifier: BSD-2-Clause
#include "check/verdict/secure_check.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "check/lint/remarks.hpp"
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

/// What the TEE refused is told in its words, the rest in those of the board.
Finding finding_of(const Error& error, const Firmware& firmware, const tee::LoadReport& report,
                   const platform::Stm32mp15Config& config) {
    const bool by_load = error.code() == ErrorCode::tee_refused && report.result != tee::ResultCode::success;
    return by_load ? explain_refusal(firmware, report) : explain(error, nullptr, config);
}

void add_virtio(Verdict& verdict, const std::vector<ElfImage>& images, const Trial& trial) {
    for (const ElfImage& image : images)
        if (verdict.virtio.empty()) verdict.virtio = requested_virtio(image);
    for (const std::uint32_t index : trial.registered)
        if (index < verdict.virtio.size()) verdict.virtio[index].registered = true;
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
    const auto images = SignedImage::recognises(firmware.bytes()) ? readable_images(firmware) : std::vector<ElfImage>();

    Verdict verdict = verdict_of(trial, source, board);
    verdict.format = format_of(firmware);
    add_virtio(verdict, images, trial);
    std::ranges::copy(trial.record.findings(), std::back_inserter(verdict.findings));
    if (trial.error) {
        const tee::LoadReport report = tee ? (*tee)->last_load(sim::processor_id(board.config)) : tee::LoadReport{};
        verdict.findings.push_back(finding_of(*trial.error, firmware, report, board.config));
    } else if (policy.signatures == tee::SoftwareTeePolicy::Signatures::not_verified) {
        verdict.findings.push_back(signature_not_verified(firmware));
    }
    for (const ElfImage& image : images)
        std::ranges::move(remarks_on(image, board.config, trial), std::back_inserter(verdict.findings));
    if (images.size() == 1 && !trial.error)
        std::ranges::move(remarks_on_running(images.front(), board.config, trial),
                          std::back_inserter(verdict.findings));
    judge_free(verdict, trial);
    return verdict;
}

}  // namespace rproc::check
