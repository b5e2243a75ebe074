// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/common/command.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::cli {

/// What the software TEE of a command trusts.
struct TeeOptions {
    std::vector<std::string> keys;  ///< files
    std::string decryption_key;     ///< a file, or empty
    std::string tree;               ///< a file, or empty
    std::uint32_t minimum_version = 0;
};

/// Adds --key, --decrypt-key, --min-version and --tee-dtb to a subcommand.
void add_tee_options(CLI::App& app, TeeOptions& options);

/// Adds --tee-dtb to a subcommand.
void add_tee_tree_option(CLI::App& app, std::string& dtb);

/// Takes the TEE's memories from its own tree; does nothing without a file.
/// @returns nothing, or an error of platform::read_tee_memories.
[[nodiscard]] Result<void> apply_tee_tree(const std::string& dtb, platform::Stm32mp15Config& config);

/// Why the options do not fit a board with or without a TEE; empty when they do.
[[nodiscard]] std::string tee_mistake(const TeeOptions& options, const platform::Stm32mp15Config& config);

/// Reads the keys; keys of the policy have the order of `options.keys`. Says so on stderr when one is private.
/// @returns the policy, or an error of PublicKey::read or read_encryption_key.
[[nodiscard]] Result<tee::SoftwareTeePolicy> read_policy(Console& console, const TeeOptions& options);

}  // namespace rproc::cli
