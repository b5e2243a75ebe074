// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/verification.hpp"

#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "rproc/tee/tee_context.hpp"

namespace rproc::check {
namespace {

using Tee = tee::SoftwareTee;

std::string hint_for(const Firmware& image, bool plain_elf, tee::ResultCode result) {
    if (plain_elf) return fmt::format("sign it: rproc sign --in {0} --key KEY --out {0}.signed", image.name());
    if (SignedImage::flavour_of(image.bytes()) == SignedFlavour::vendor)
        return "sign the ELF file with OP-TEE's own format: rproc sign";
    return tee::usual_cause(result);
}

}  // namespace

Finding explain_refusal(const Firmware& image, const tee::LoadReport& report) {
    const bool plain_elf = ElfImage::parse(image.bytes()).has_value();
    std::string message = fmt::format("{}; {}", tee::describe(report.result), report.reason);
    if (plain_elf) message += "; this is a plain ELF file, not a signed image";
    return {Severity::error, ErrorCode::tee_refused, place::Firmware{image.name()}, std::move(message),
            hint_for(image, plain_elf, report.result)};
}

Result<Verification> verify_image(const Firmware& image, const platform::Stm32mp15Config& config,
                                  tee::SoftwareTeePolicy policy) {
    const std::uint32_t id = sim::processor_id(config);
    const ModelMemory memory;
    RPROC_TRY_ASSIGN(const std::shared_ptr<Tee> tee, sim::make_software_tee(config, std::move(policy), memory));
    const auto connection = std::make_shared<tee::Connection<Tee>>(tee);
    RPROC_TRY_ASSIGN(auto session, tee::Session<Tee>::open(connection, id));

    Verification verification;
    verification.accepted = session.load_fw(image.bytes()).has_value();
    const tee::LoadReport& report = tee->last_load(id);
    verification.result = report.result;
    verification.key = report.key;
    if (verification.accepted) {
        RPROC_TRY_ASSIGN(const tee::TableLocation table, session.get_rsc_table());
        verification.table = PhysicalRange::make(table.pa, table.size).value_or(PhysicalRange());
        RPROC_TRY(session.release_fw());
    } else {
        verification.findings.push_back(explain_refusal(image, report));
    }
    verification.memory_cleared = tee->is_clear(id);
    return verification;
}

}  // namespace rproc::check
