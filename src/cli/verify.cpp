// SPDX-License-Identifier: BSD-2-Clause
// rproc verify: which key signed an image, and whether the TEE of a board loads it.

#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/common/json_of_place.hpp"
#include "cli/common/tee_options.hpp"
#include "rproc/check/verification.hpp"

namespace rproc::cli {
namespace {

using check::Finding;
using check::Verification;
using Json = nlohmann::ordered_json;

constexpr std::string_view kAsOptee = "as-optee";
constexpr std::string_view kStrict = "strict";

struct VerifyOptions : CommonOptions {
    std::string image;
    TeeOptions tee;
    std::string policy = std::string(kAsOptee);
    std::vector<std::string> signatures;  ///< that the board's OP-TEE verifies; empty: those of the policy
    tee::OpteeLimits limits{};
};

std::string result_text(const Verification& verification) {
    return fmt::format("{:#010x}", static_cast<std::uint32_t>(verification.result));
}

Json table_json(const PhysicalRange& table) {
    if (table.empty()) return nullptr;
    return {{"pa", hex(table.start().value())}, {"size", table.size()}};
}

Json json_of(const Verification& verification, const VerifyOptions& options, const tee::TrustedKeys& keys) {
    Json findings = Json::array();
    for (const Finding& finding : verification.findings) {
        findings.push_back(finding_json(finding));
    }
    const auto key = verification.key;
    return {{"schema", "rproc.verify/1"},
            {"image", options.image},
            {"accepted", verification.accepted},
            {"tee_result", result_text(verification)},
            {"key", key ? Json(options.tee.keys[*key]) : Json(nullptr)},
            {"key_fingerprint", key ? Json(keys[*key].fingerprint()) : Json(nullptr)},
            {"resource_table", table_json(verification.table)},
            {"memory_cleared", verification.memory_cleared},
            {"strict_accepted", verification.strict_accepted},
            {"findings", findings}};
}

void print(Output& out, const Verification& verification, const VerifyOptions& options, const tee::TrustedKeys& keys) {
    out.print("{}: {}\n", out.bold(printable(options.image)),
              verification.accepted ? out.good("accepted") : out.bad("refused"));
    if (verification.key) {
        out.print("  signed with  {} ({}, SHA-256 {})\n", printable(options.tee.keys[*verification.key]),
                  keys[*verification.key].description(), keys[*verification.key].fingerprint());
    }
    out.print("  TEE result   {} {}\n", result_text(verification), tee::name_of(verification.result));
    if (verification.accepted) {
        out.print("  table        {}\n", verification.table.empty()
                                             ? "none: no trace, no virtio, no rpmsg"
                                             : fmt::format("pa {}, {}", hex(verification.table.start().value()),
                                                           counted(verification.table.size(), "byte")));
    }
    out.print("  memories     {}\n", verification.memory_cleared
                                         ? "all zero afterwards"
                                         : "hold a part of the image, until OP-TEE is told to release it");
    if (verification.accepted && !verification.strict_accepted)
        out.print("  strict       {}\n", out.warn("objects: it should not be trusted as it is"));
    for (const Finding& finding : verification.findings) {
        const bool because = finding.severity == Severity::error;
        out.wrapped(fmt::format("  {}", because ? out.bad(padded("because", 13)) : out.warn(padded("warning", 13))), 15,
                    because ? printable(finding.message)
                            : fmt::format("{} [{}]", printable(finding.message), finding.code.name()));
        if (!finding.hint.empty()) out.wrapped("  do           ", 15, printable(finding.hint));
    }
}

/// Whether the chosen policy accepts the image.
bool accepts(const Verification& verification, const VerifyOptions& options) {
    return options.policy == kStrict ? verification.strict_accepted : verification.accepted;
}

void print_failure(Output& out, const Verification& verification, const VerifyOptions& options) {
    if (accepts(verification, options)) return;
    for (const Finding& finding : verification.findings)
        out.print("{}: {}: {}\n", printable(options.image), out.bad("refused"), printable(finding.message));
}

/// The image; one without bytes for an empty file, which OP-TEE refuses as it does others.
Result<Firmware> read_image(const std::string& name) {
    const FirmwareSource source = firmware_source(name);
    auto firmware = source.request();
    if (!firmware && firmware.error().code() == ErrorCode::firmware_empty) return Firmware(source.name(), {});
    return firmware;
}

/// The policy with the limits of the board's OP-TEE.
Result<tee::SoftwareTeePolicy> read_limited_policy(Console& console, const VerifyOptions& options) {
    RPROC_TRY_ASSIGN(tee::SoftwareTeePolicy policy, read_policy(console, options.tee));
    policy.limits = options.limits;
    if (!options.signatures.empty()) policy.limits.signatures.clear();
    for (const std::string& type : options.signatures)
        policy.limits.signatures.push_back(type == "RSA" ? SignType::rsa_pkcs1_sha256 : SignType::ecdsa_p256_sha256);
    return policy;
}

ExitStatus run_verify(Console& console, const VerifyOptions& options) {
    auto chosen = choose_board(options);
    if (!chosen) return report(console, chosen.error());
    const auto applied = apply_tee_tree(options.tee.tree, chosen->board.config);
    if (!applied) return report(console, applied.error());
    const auto firmware = read_image(options.image);
    if (!firmware) return report(console, firmware.error());
    const auto policy = read_limited_policy(console, options);
    if (!policy) return report(console, policy.error());
    const auto verification = check::verify_image(*firmware, chosen->board.config, *policy);
    if (!verification) return report(console, verification.error());

    if (options.json) {
        console.out.json(json_of(*verification, options, policy->keys));
    } else if (!options.quiet) {
        print(console.out, *verification, options, policy->keys);
    } else {
        print_failure(console.out, *verification, options);
    }
    return accepts(*verification, options) ? ExitStatus::yes : ExitStatus::no;
}

/// What differs between builds of OP-TEE.
void add_limit_options(CLI::App& verify, VerifyOptions& options) {
    verify
        .add_option("--tee-signature", options.signatures,
                    "Kind of signature that the board's OP-TEE verifies: RSA (the default) or ECC; may be repeated")
        ->option_text("TYPE")
        ->check(CLI::IsMember({"RSA", "ECC"}))
        ->allow_extra_args(false);
    verify.add_option("--tee-heap", options.limits.heap, "Heap of OP-TEE's application in bytes; 4096 by default")
        ->option_text("BYTES");
    verify
        .add_option("--tee-image-limit", options.limits.image_limit,
                    "Size from which an image is too large for OP-TEE's application; 16777216 by default")
        ->option_text("BYTES");
}

}  // namespace

Command add_verify(CLI::App& app) {
    auto* const verify = app.add_subcommand("verify", "Say who signed an image, and whether a board's TEE loads it");
    const auto options = std::make_shared<VerifyOptions>();
    verify->add_option("IMAGE", options->image, "Signed image: a file, - for standard input, or a name")
        ->required()
        ->type_name("");
    verify->add_option("--policy", options->policy, "Whose checks decide the exit status: as-optee or strict")
        ->option_text("NAME")
        ->check(CLI::IsMember({std::string(kAsOptee), std::string(kStrict)}));
    add_tee_options(*verify, options->tee);
    verify->get_option("--key")->required();
    add_limit_options(*verify, *options);
    add_common_options(*verify, *options);
    add_help_footer(*verify,
                    "  rproc verify app.signed --key release.pub.pem\n"
                    "  rproc verify app.signed --key release.pub.pem --key debug.pub.pem   which of the two?\n"
                    "  rproc verify --json app.signed --key release.pub.pem | jq .tee_result\n");
    return {verify, options, [options](Console& console) { return run_verify(console, *options); }};
}

}  // namespace rproc::cli
