// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/sign/contents.hpp"
#include "rproc/firmware/public_key.hpp"
#include "rproc/firmware/sha256.hpp"

namespace rproc::cli {

using Sha256 = std::array<std::uint8_t, 32>;

/// What goes into a file, and which key it is for.
struct Product {
    std::string file;
    std::vector<std::byte> bytes;
    PublicKey key;
    std::vector<std::byte> key_info;
    Sha256 signed_digest;  ///< of the bytes that the signature covers
};

/// Signs the contents with each key, or makes the digest, or takes the signature. Writes nothing; warnings go to
/// `console`.
/// @returns one product for each key, in their order, or an error of the keys or of SignedImageBuilder, or
///   signature_mismatch: the signature of --signature-in does not belong to the contents and the key.
[[nodiscard]] Result<std::vector<Product>> produce(Console& console, const SignOptions& options,
                                                   const Contents& contents);

/// "rsa-pkcs1-sha256" or "ecdsa-p256-sha256"
[[nodiscard]] std::string_view sign_type_name(SignType type);

}  // namespace rproc::cli
