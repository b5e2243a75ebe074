// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "rproc/firmware/aes_cbc.hpp"
#include "rproc/result.hpp"

namespace rproc::cli {

/// Reads the AES-256 key of encrypted firmware: 32 bytes, or 64 hexadecimal digits.
/// @returns the key, or key_malformed, or an error of read_secret_file.
[[nodiscard]] Result<AesKey> read_encryption_key(const std::string& path);

}  // namespace rproc::cli
