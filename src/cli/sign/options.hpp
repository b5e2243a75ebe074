// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/common/command.hpp"

namespace rproc::cli {

struct SignOptions : CommonOptions {
    std::vector<std::string> images;
    std::string out;
    std::string key;
    std::optional<std::string> key_type;
    std::optional<std::string> key_info;
    std::optional<std::string> key_passphrase;
    std::vector<std::pair<std::string, std::string>> platform_tlvs;
    std::optional<std::string> encrypt_key;
    std::optional<std::uint32_t> image_version;
    std::optional<std::string> digest_out;
    std::optional<std::string> signature_in;

    /// What is written: the signed image, or the digest.
    [[nodiscard]] const std::string& written() const { return digest_out ? *digest_out : out; }
};

/// Adds the options to `app`, and the rules on which exclude each other.
void add_sign_options(CLI::App& app, SignOptions& options);

/// A platform TLV as it goes into the image.
struct PlatformTlvBytes {
    std::uint32_t type;
    std::vector<std::byte> value;
};

/// What --plat-tlv says: ID is a number, VALUE a number of 32 bits when it begins with 0x, else text.
/// @returns the TLV, or tlv_unwritable: ID or VALUE is no such number.
[[nodiscard]] Result<PlatformTlvBytes> platform_tlv(const std::string& id, const std::string& value);

/// The file behind a key's name, which may be a URI `file:...`; nothing for another URI.
[[nodiscard]] std::optional<std::filesystem::path> key_file(const std::string& key);

/// The file behind --key_pwd file:PATH; nothing for a passphrase.
[[nodiscard]] std::optional<std::filesystem::path> passphrase_file(const std::optional<std::string>& key_passphrase);

}  // namespace rproc::cli
