// SPDX-License-Identifier: BSD-2-Clause
// rproc verify: which key signed an image, and whether the TEE of a board loads it.

#include <memory>

#include <fmt/format.h>
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

struct VerifyOptions : CommonOptions {
    std::string image;
    TeeOptions tee;
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
    out.print("  memories     {}\n", verification.memory_cleared ? "all zero afterwards" : out.bad("not cleared"));
    for (const Finding& finding : verification.findings) {
        out.wrapped(fmt::format("  {}      ", out.bad("because")), 15, printable(finding.message));
        if (!finding.hint.empty()) out.wrapped("  do           ", 15, printable(finding.hint));
    }
}

void print_failure(Output& out, const Verification& verification, const VerifyOptions& options) {
    for (const Finding& finding : verification.findings)
        out.print("{}: {}: {}\n", printable(options.image), out.bad("refused"), printable(finding.message));
}

ExitStatus run_verify(Console& console, const VerifyOptions& options) {
    auto chosen = choose_board(options);
    if (!chosen) return report(console, chosen.error());
    const auto applied = apply_tee_tree(options.tee.tree, chosen->board.config);
    if (!applied) return report(console, applied.error());
    const auto firmware = firmware_source(options.image).request();
    if (!firmware) return report(console, firmware.error());
    const auto policy = read_policy(console, options.tee);
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
    return verification->accepted ? ExitStatus::yes : ExitStatus::no;
}

}  // namespace

Command add_verify(CLI::App& app) {
    auto* const verify = app.add_subcommand("verify", "Say who signed an image, and whether a board's TEE loads it");
    const auto options = std::make_shared<VerifyOptions>();
    verify->add_option("IMAGE", options->image, "Signed image: a file, - for standard input, or a name")
        ->required()
        ->type_name("");
    add_tee_options(*verify, options->tee);
    verify->get_option("--key")->required();
    add_common_options(*verify, *options);
    add_help_footer(*verify,
                    "  rproc verify app.signed --key release.pub.pem\n"
                    "  rproc verify app.signed --key release.pub.pem --key debug.pub.pem   which of the two?\n"
                    "  rproc verify --json app.signed --key release.pub.pem | jq .tee_result\n");
    return {verify, options, [options](Console& console) { return run_verify(console, *options); }};
}

}  // namespace rproc::cli
