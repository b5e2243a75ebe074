// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "rproc/firmware/public_key.hpp"
#include "rproc/result.hpp"

namespace rproc::cli {

/// The C file that the build of OP-TEE makes from CFG_RPROC_SIGN_KEY: `PREFIX_exponent` (uint32_t), `PREFIX_modulus`
/// (uint8_t[], big-endian) and `PREFIX_modulus_size` (size_t).
/// @param name of the key, for a comment and for errors.
/// @returns the text, or key_unsupported: a P-256 key, or an exponent of more than 32 bits.
[[nodiscard]] Result<std::string> c_file_of(const PublicKey& key, const std::string& name, const std::string& prefix);

}  // namespace rproc::cli
