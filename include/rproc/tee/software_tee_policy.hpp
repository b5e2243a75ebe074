// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rproc/firmware/aes_cbc.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/tee/trusted_keys.hpp"

namespace rproc::tee {

/// The limits of OP-TEE's application ta/remoteproc on a board. The default is that of STM32MP15 with a stock OP-TEE.
struct OpteeLimits {
    /// The heap of the application in bytes (CFG_REMOTEPROC_TA_HEAP_SIZE). It must hold a copy of header, TLVs and
    /// signature, and beside it a copy of the hash table; `available_heap` of its bytes are free for them. With 4 KiB
    /// and RSA-2048 that is enough for 27 program headers.
    std::uint64_t heap = 4096;
    /// The size in bytes from which an image does not fit into the address space of the application.
    std::uint64_t image_limit = 16ULL << 20U;
    /// The signature types that the platform verifies (PTA_RPROC_VERIFY_DIGEST); others are NOT_SUPPORTED.
    std::vector<SignType> signatures{SignType::rsa_pkcs1_sha256};

    /// The bytes of the heap that the application's own objects and the allocator occupy. With RSA-2048, 27 program
    /// headers (3,828 bytes) fit into 4,096, and 28 (3,956) do not; this is the middle.
    static constexpr std::uint64_t kHeapInUse = 208;

    /// The bytes of the heap that are free for the copies.
    [[nodiscard]] constexpr std::uint64_t available_heap() const noexcept {
        return heap > kHeapInUse ? heap - kHeapInUse : 0;
    }
};

/// A check that the strict policy makes and OP-TEE's application does not.
enum class StrictRule {
    tlv_outside_area,        ///< every TLV lies inside the TLV area; OP-TEE skips one that does not
    tlv_twice,               ///< a type of TLV occurs once; OP-TEE reads the first
    padding_not_zero,        ///< the padding that the signature does not cover is zero
    hash_type,               ///< HASHTYPE is there and SHA-256; OP-TEE does not read it
    image_bounds,            ///< the sizes of the images add up to the size of the package
    elf_header,              ///< every image is a 32-bit little-endian ELF file with all of its program headers
    segment_not_signed,      ///< every program header of every image is in the hash table, in order, in every field
    signed_segment_missing,  ///< every entry of the hash table is a program header of an image
    segment_bounds,          ///< every segment lies in the image and, whole, in one memory; memsz is not below filesz
    table_outside_segments,  ///< a resource table lies in a segment: its section header is not signed
    version_too_low,         ///< PlatformTlv::image_version; OP-TEE does not know it
    encryption,              ///< PlatformTlv::encryption; OP-TEE loads the encrypted bytes as they are
};

/// The requirements on an image for a SoftwareTee to load it.
struct SoftwareTeePolicy {
    /// Whether signatures are verified. `not_verified` is for tools that check the rest of an image without its key.
    enum class Signatures { verified, not_verified };

    /// The checks of an image.
    enum class Checks {
        strict,    ///< each StrictRule, and OP-TEE's; nothing is loaded before everything is checked
        as_optee,  ///< those of OP-TEE 4.10, in its order and with its results, also where it is weak. What it loaded
                   ///< before a refusal stays in memory until RELEASE_FW. Where it reads memory that is not mapped,
                   ///< and dies, the result is TARGET_DEAD.
    };

    TrustedKeys keys{};
    Signatures signatures = Signatures::verified;
    Checks checks = Checks::strict;
    OpteeLimits limits{};  ///< of `as_optee`
    /// The AES-256 key of encrypted images (see firmware/platform_tlvs.hpp). Without it `strict` refuses them with
    /// NOT_SUPPORTED.
    std::optional<AesKey> decryption_key{};
    /// The minimum of PlatformTlv::image_version. `strict` refuses images of a lower version, or without one; 0
    /// accepts all.
    std::uint32_t minimum_version = 0;
};

}  // namespace rproc::tee
