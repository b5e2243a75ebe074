// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/verification.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "firmware/hash_order.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/readable_images.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "rproc/tee/tee_context.hpp"

namespace rproc::check {
namespace {

using Tee = tee::SoftwareTee;

/// The general meaning of BAD_PARAMETERS is that of a file that is no signed image; this one is one.
bool is_signed_with_bad_parameters(const Firmware& image, const tee::LoadReport& report) {
    return report.result == tee::ResultCode::bad_parameters && SignedImage::recognises(image.bytes());
}

std::string hint_for(const Firmware& image, bool plain_elf, const tee::LoadReport& report) {
    if (plain_elf) return fmt::format("sign it: rproc sign --in {0} --key KEY --out {0}.signed", image.name());
    if (SignedImage::flavour_of(image.bytes()) == SignedFlavour::vendor)
        return "sign the ELF file with OP-TEE's own format: rproc sign";
    if (!is_signed_with_bad_parameters(image, report)) return tee::usual_cause(report.result);
    const auto mistaken = internal::mistaken_segments(readable_images(image));
    if (!mistaken.empty()) return std::string(internal::how_to_link(mistaken.front()));
    return fmt::format("look at its TLVs and at the hash of each segment: rproc inspect {}", image.name());
}

/// What a StrictRule is called as a finding, and what to do.
struct Objection {
    tee::StrictRule rule;
    FindingCode code;
    std::string_view not_checked;  ///< "it does not check ..."
    std::string_view hint;
};

constexpr std::string_view kSignAgain = "sign the ELF files again: rproc sign";
constexpr std::array kObjections{
    Objection{tee::StrictRule::tlv_outside_area, FindingCode::optee_skips_tlv, "that a TLV ends in the TLV area",
              kSignAgain},
    Objection{tee::StrictRule::tlv_twice, FindingCode::optee_reads_first_tlv, "that a type of TLV occurs once",
              kSignAgain},
    Objection{tee::StrictRule::padding_not_zero, FindingCode::optee_ignores_padding,
              "the padding that the signature does not cover", kSignAgain},
    Objection{tee::StrictRule::hash_type, FindingCode::optee_ignores_hash_type, "the kind of the hashes", kSignAgain},
    Objection{tee::StrictRule::image_bounds, FindingCode::optee_ignores_image_sizes,
              "the sum of the sizes of the images", kSignAgain},
    Objection{tee::StrictRule::elf_header, FindingCode::optee_ignores_elf_header,
              "the ELF header of every image in every field", "sign a 32-bit Arm ELF file: file FW"},
    Objection{tee::StrictRule::segment_not_signed, FindingCode::optee_accepts_unsigned_header,
              "all fields of a program header", kSignAgain},
    Objection{tee::StrictRule::signed_segment_missing, FindingCode::optee_accepts_missing_segment,
              "that every signed segment is there", kSignAgain},
    Objection{tee::StrictRule::segment_bounds, FindingCode::optee_accepts_segment_bounds,
              "that a segment lies whole in one memory",
              "give each memory its own line in MEMORY of the linker script"},
    Objection{tee::StrictRule::table_outside_segments, FindingCode::optee_accepts_table_place,
              "that the resource table is signed",
              "place .resource_table in a loaded output section of the linker script (allocated, KEEP)"},
    Objection{tee::StrictRule::version_too_low, FindingCode::optee_ignores_version, "versions",
              "revoke the key of the old images: a TEE that compares versions is needed else"},
    Objection{tee::StrictRule::encryption, FindingCode::optee_does_not_decrypt, "whether an image is encrypted",
              "give the image to a TEE that decrypts, or sign the plain ELF file"}};

/// The finding about an image that OP-TEE accepts in this point, and the strict policy does not.
Finding objection(tee::StrictRule rule, const Firmware& image, const tee::LoadReport& report) {
    const auto& row = *std::ranges::find(kObjections, rule, &Objection::rule);
    return {Severity::warning, row.code, place::Firmware{image.name()},
            fmt::format("{}; OP-TEE accepts this: it does not check {}", report.reason, row.not_checked),
            std::string(row.hint)};
}

/// How a software TEE loaded an image.
struct Loading {
    tee::LoadReport report;
    PhysicalRange table{};
    bool memory_cleared = false;
};

Result<Loading> load_into(const Firmware& image, const platform::Stm32mp15Config& config,
                          tee::SoftwareTeePolicy policy) {
    const std::uint32_t id = sim::processor_id(config);
    const ModelMemory memory;
    RPROC_TRY_ASSIGN(const std::shared_ptr<Tee> tee, sim::make_software_tee(config, std::move(policy), memory));
    RPROC_TRY_ASSIGN(auto session, tee::Session<Tee>::open(std::make_shared<tee::Connection<Tee>>(tee), id));
    const bool loaded = session.load_fw(image.bytes()).has_value();
    Loading loading{tee->last_load(id)};
    if (loaded) {
        RPROC_TRY_ASSIGN(const tee::TableLocation table, session.get_rsc_table());
        loading.table = PhysicalRange::make(table.pa, table.size).value_or(PhysicalRange());
        RPROC_TRY(session.release_fw());
    }
    loading.memory_cleared = tee->is_clear(id);
    return loading;
}

}  // namespace

Finding explain_refusal(const Firmware& image, const tee::LoadReport& report) {
    const bool plain_elf = ElfImage::parse(image.bytes()).has_value();
    std::string message = is_signed_with_bad_parameters(image, report)
                              ? fmt::format("{} ({:#010x}): {}", tee::name_of(report.result),
                                            static_cast<std::uint32_t>(report.result), report.reason)
                              : fmt::format("{}; {}", tee::describe(report.result), report.reason);
    if (plain_elf) message += "; this is a plain ELF file, not a signed image";
    return {Severity::error, ErrorCode::tee_refused, place::Firmware{image.name()}, std::move(message),
            hint_for(image, plain_elf, report)};
}

std::vector<Finding> strict_objections(const Firmware& image, const platform::Stm32mp15Config& config,
                                       tee::SoftwareTeePolicy policy) {
    policy.checks = tee::SoftwareTeePolicy::Checks::strict;
    const auto loading = load_into(image, config, std::move(policy));
    if (!loading || !loading->report.broken) return {};
    return {objection(*loading->report.broken, image, loading->report)};
}

Result<Verification> verify_image(const Firmware& image, const platform::Stm32mp15Config& config,
                                  tee::SoftwareTeePolicy policy) {
    policy.checks = tee::SoftwareTeePolicy::Checks::as_optee;
    RPROC_TRY_ASSIGN(const Loading optee, load_into(image, config, policy));
    policy.checks = tee::SoftwareTeePolicy::Checks::strict;
    RPROC_TRY_ASSIGN(const Loading strict, load_into(image, config, std::move(policy)));

    const bool accepted = optee.report.result == tee::ResultCode::success;
    Verification verification{.accepted = accepted,
                              .result = optee.report.result,
                              .key = optee.report.key,
                              .table = optee.table,
                              .memory_cleared = optee.memory_cleared,
                              .strict_accepted = strict.report.result == tee::ResultCode::success};
    if (!accepted) verification.findings.push_back(explain_refusal(image, optee.report));
    if (accepted && strict.report.broken)
        verification.findings.push_back(objection(*strict.report.broken, image, strict.report));
    return verification;
}

}  // namespace rproc::check
