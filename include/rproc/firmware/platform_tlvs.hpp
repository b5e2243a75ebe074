// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "rproc/firmware/signed_image.hpp"

namespace rproc {

/// The platform TLVs of this project, in the range that OP-TEE reserves for platforms (TlvType::platform_first). The
/// signature covers them. `SoftwareTee` implements them. OP-TEE passes them to its platform code, which does not know
/// them: a board needs platform code that implements them to load an encrypted image.
enum class PlatformTlv : std::uint32_t {
    /// u8, an Encryption. Each PT_LOAD segment with file bytes is encrypted separately, without padding. The hash table
    /// has the hashes of the encrypted bytes (authenticate, then decrypt).
    encryption = 0x10100,
    /// 16 bytes for each entry of the hash table, in its order: the initialisation vector of the segment. Ignored for
    /// segments that are not encrypted.
    ivs = 0x10101,
    /// u32, little-endian: a version that increases with each release. A TEE rejects images below its minimum
    /// (anti-rollback).
    image_version = 0x10102,
};

/// The values of PlatformTlv::encryption.
enum class Encryption : std::uint8_t { aes256_cbc = 1 };

}  // namespace rproc
