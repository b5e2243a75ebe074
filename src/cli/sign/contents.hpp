// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "cli/sign/options.hpp"
#include "rproc/firmware/public_key.hpp"
#include "rproc/firmware/signed_builder.hpp"

namespace rproc::cli {

/// What is to be signed, with any key.
struct Contents {
    std::vector<Firmware> images{};  ///< in their order
    std::vector<PlatformTlvBytes> tlvs{};
    SignedImageBuilder builder{};
};

/// Reads the images and what goes into the TLVs, except for PKEYINFO.
/// @returns the contents, or an error of the files or of SignedImageBuilder.
[[nodiscard]] Result<Contents> gather(const SignOptions& options);

/// The PKEYINFO of an image that is signed with `key`, as --key_info or --pkeyinfo say; empty for none.
/// @returns the bytes, or an error of read_secret_file, or tlv_unwritable: the file is empty.
[[nodiscard]] Result<std::vector<std::byte>> key_info_for(const PublicKey& key, const SignOptions& options);

}  // namespace rproc::cli
