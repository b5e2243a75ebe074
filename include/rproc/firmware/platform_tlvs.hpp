// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "rproc/firmware/signed_image.hpp"

namespace rproc {

/// The platform TLVs of this project, in the range that OP-TEE leaves to platforms (TlvType::platform_first). The
/// signature covers them. `SoftwareTee` honours them; OP-TEE hands them to its platform code, which knows nothing of
/// them: an encrypted image needs a platform that does.
enum class PlatformTlv : std::uint32_t {
    /// u8: 1 is AES-256-CBC. The file bytes of every PT_LOAD segment that has any are encrypted, without padding, each
    /// segment by itself; the hash table holds the hashes of the encrypted bytes (authenticate, then decrypt).
    encryption = 0x10100,
    /// 16 bytes for each entry of the hash table, in its order: the segment's initialisation vector. Those of segments
    /// that are not encrypted mean nothing.
    ivs = 0x10101,
    /// u32, little-endian: a number that grows with each release, so that a TEE can refuse what is older than its
    /// minimum (anti-rollback).
    image_version = 0x10102,
};

/// What PlatformTlv::encryption says.
enum class Encryption : std::uint8_t { aes256_cbc = 1 };

}  // namespace rproc
