// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/tee_options.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/common/encryption_key.hpp"
#include "rproc/firmware/public_key.hpp"
#include "rproc/platform/tee_memories.hpp"

namespace rproc::cli {

void add_tee_options(CLI::App& app, TeeOptions& options) {
    app.add_option("--key", options.keys, "Public key that the TEE trusts; may be repeated")
        ->option_text("FILE")
        ->allow_extra_args(false);
    app.add_option("--decrypt-key", options.decryption_key, "AES-256 key of encrypted firmware: 32 bytes, or in hex")
        ->option_text("FILE");
    app.add_option("--min-version", options.minimum_version, "Refuse images of a lower version, or of none")
        ->option_text("N");
    add_tee_tree_option(app, options.tree);
}

void add_tee_tree_option(CLI::App& app, std::string& dtb) {
    app.add_option("--tee-dtb", dtb, "OP-TEE's own device tree blob: the memories that it loads firmware to")
        ->option_text("FILE");
}

Result<void> apply_tee_tree(const std::string& dtb, platform::Stm32mp15Config& config) {
    if (dtb.empty()) return {};
    RPROC_TRY_ASSIGN(config.tee_tree_memories, platform::read_tee_memories(std::filesystem::path(dtb)));
    return {};
}

std::string tee_mistake(const TeeOptions& options, const platform::Stm32mp15Config& config) {
    if (config.tee && options.keys.empty())
        return "the TEE of this board loads signed firmware only: name the public key that it trusts with --key";
    if (!config.tee && !options.tree.empty()) return "--tee-dtb goes with --tee software: this board has no TEE";
    if (!config.tee && !options.keys.empty()) return "--key goes with --tee software: Linux checks no signature";
    return {};
}

Result<tee::SoftwareTeePolicy> read_policy(Console& console, const TeeOptions& options) {
    tee::SoftwareTeePolicy policy{.minimum_version = options.minimum_version};
    for (const std::string& path : options.keys) {
        RPROC_TRY_ASSIGN(PublicKey key, PublicKey::read(path));
        if (key.came_with_private()) {
            console.err.wrapped(
                fmt::format("rproc: {} ", console.err.warn("warning:")), 16,
                printable(fmt::format("{} holds a private key; only its public half is used, and only that should be "
                                      "handed out",
                                      path)));
        }
        policy.keys.add(std::move(key));
    }
    if (!options.decryption_key.empty()) {
        RPROC_TRY_ASSIGN(policy.decryption_key, read_encryption_key(options.decryption_key));
    }
    return policy;
}

}  // namespace rproc::cli
