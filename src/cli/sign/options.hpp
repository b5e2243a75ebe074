// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/common/command.hpp"

namespace rproc::cli {

struct SignOptions : CommonOptions {
    std::vector<std::string> images;
    std::vector<std::string> outs;  ///< one for each key, in their order
    std::vector<std::string> keys;
    std::optional<std::string> key_type;
    std::optional<std::string> key_info;
    std::optional<std::string> pkeyinfo;
    std::vector<std::string> passphrases;  ///< none, one for all keys, or one for each
    std::vector<std::pair<std::string, std::string>> platform_tlvs;
    std::optional<std::string> encrypt_key;
    std::optional<std::uint32_t> image_version;
    std::optional<std::string> digest_out;
    std::optional<std::string> signature_in;
    std::optional<std::string> manifest;

    /// What is written for each key: the signed image, or the digest.
    [[nodiscard]] std::vector<std::string> written() const {
        return digest_out ? std::vector<std::string>{*digest_out} : outs;
    }
    /// What was said about the passphrase of a key.
    [[nodiscard]] std::optional<std::string> passphrase(std::size_t key) const {
        if (passphrases.empty()) return std::nullopt;
        return passphrases.size() == 1 ? passphrases.front() : passphrases[key];
    }
};

/// Adds the options to `app`, and the rules on which exclude each other.
void add_sign_options(CLI::App& app, SignOptions& options);

/// A platform TLV as it goes into the image.
struct PlatformTlvBytes {
    std::uint32_t type;
    std::vector<std::byte> value;
};

/// What --plat-tlv says: ID is a number, or NAME=number; VALUE a number of 32 bits when it begins with 0x, else text.
/// @returns the TLV, or tlv_unwritable: ID or VALUE is no such number, or the value is not what a TLV of that name
/// holds.
[[nodiscard]] Result<PlatformTlvBytes> platform_tlv(const std::string& id, const std::string& value);

}  // namespace rproc::cli
