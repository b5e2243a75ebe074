// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rproc/internal/bytes.hpp"
#include "rproc/result.hpp"

/// Firmware signed for OP-TEE's remoteproc trusted application (ta/remoteproc/src/remoteproc_core.c and
/// scripts/sign_rproc_fw.py in OP-TEE). Little-endian:
///
///     offset 0    SignedHeader, 20 bytes
///     offset 20   TLV area, tlv_len bytes, padded to 8; each value in it padded to 8 from the area's start
///     then        signature, sign_len bytes, padded to 8
///     then        images, img_len bytes, padded to 8; each image padded to 8
///
/// and no further bytes. The signature covers the header and the padded TLV area; the TLVs hold a hash of every
/// segment.
namespace rproc {

namespace wire {

inline constexpr std::uint32_t kSignedMagic = 0x3543a468;  ///< SignedHeader::magic

inline constexpr std::uint32_t kSignedVersion = 1;  ///< SignedHeader::version

/// The header of the file.
struct SignedHeader {
    internal::Le32 magic;
    internal::Le32 version;
    internal::Le32 tlv_len;   ///< bytes of the TLV area, without padding
    internal::Le32 sign_len;  ///< bytes of the signature, without padding
    internal::Le32 img_len;   ///< bytes of all images, with the padding between them
};
static_assert(sizeof(SignedHeader) == 20);

/// The header of a TLV; the value follows.
struct TlvHeader {
    internal::Le32 type;
    internal::Le32 length;  ///< of the value, without padding
};
static_assert(sizeof(TlvHeader) == 8);

/// An entry of the hash table: a program header of an image (Elf32_Phdr), and the SHA-256 of its `p_filesz` bytes.
struct HashEntry {
    internal::Le32 p_type;
    internal::Le32 p_offset;
    internal::Le32 p_vaddr;
    internal::Le32 p_paddr;
    internal::Le32 p_filesz;
    internal::Le32 p_memsz;
    internal::Le32 p_flags;
    internal::Le32 p_align;
    std::array<std::uint8_t, 32> sha256;
};
static_assert(sizeof(HashEntry) == 64);

}  // namespace wire

/// The types of TLVs, as in sign_rproc_fw.py of OP-TEE.
enum class TlvType : std::uint32_t {
    sign_type = 0x01,    ///< u8: SignType
    hash_type = 0x02,    ///< u8: 1 is SHA-256
    image_count = 0x03,  ///< u8
    image_type = 0x04,   ///< u8 for each image: 1 is ELF
    image_size = 0x05,   ///< u32 for each image, its bytes padded to 8
    hash_table = 0x10,   ///< wire::HashEntry for each program header of each image
    key_info = 0x11,     ///< selects the key of the trusted application; platform-specific
    platform_first = 0x10000,
    platform_last = 0x1ffff,
};

/// The algorithm of the signature.
enum class SignType : std::uint8_t {
    rsa_pkcs1_sha256 = 1,   ///< RSASSA-PKCS1-v1_5
    ecdsa_p256_sha256 = 2,  ///< raw r, then s: 64 bytes
};

/// A TLV: its type, and its value without padding. A view of the file.
struct Tlv {
    std::uint32_t type;
    std::span<const std::byte> value;

    /// Whether the TLV has that type.
    [[nodiscard]] bool is(TlvType wanted) const noexcept { return type == static_cast<std::uint32_t>(wanted); }
};

/// The formats that begin with the same magic and version.
enum class SignedFlavour {
    upstream,  ///< OP-TEE's: header of 20 bytes, then TLVs
    vendor,    ///< an older format of the fork of STMicroelectronics: header of 56 bytes with offsets; OP-TEE does not
               ///< load it
};

/// A view of a signed image. `parse` checks its structure; it authenticates nothing.
///
/// Invariants: header, TLV area, signature and images lie inside the bytes and fill them exactly. Every TLV lies inside
/// the TLV area.
///
/// Lifetime: valid as long as the bytes. Threads: concurrent reads are safe.
class SignedImage {
  public:
    /// Whether the bytes begin with the magic number.
    [[nodiscard]] static bool recognises(std::span<const std::byte> bytes) noexcept;

    /// The format, determined by which header's lengths fit the size of the file; nothing without the magic number, or
    /// if neither fits.
    [[nodiscard]] static std::optional<SignedFlavour> flavour_of(std::span<const std::byte> bytes) noexcept;

    /// Checks the structure, in the order of the trusted application.
    /// @param bytes the file; must outlive the view.
    /// @returns the view, or
    ///   signed_too_small: shorter than a header;
    ///   signed_bad_magic, signed_bad_version: another magic or version;
    ///   signed_vendor_format: an image of the older vendor format;
    ///   signed_size_mismatch: a required length is 0, or the lengths do not add up to the size of the file;
    ///   signed_bad_tlv: a TLV runs past the end of its area.
    [[nodiscard]] static Result<SignedImage> parse(std::span<const std::byte> bytes);

    /// The header of the file.
    [[nodiscard]] const wire::SignedHeader& header() const noexcept { return header_; }

    /// The bytes that the signature covers: the header, and the TLV area with its padding.
    [[nodiscard]] std::span<const std::byte> signed_bytes() const noexcept {
        return internal::slice(bytes_, 0, signature_offset_);
    }
    /// The signature, without padding.
    [[nodiscard]] std::span<const std::byte> signature() const noexcept;
    /// All images in sequence, each padded to 8 bytes.
    [[nodiscard]] std::span<const std::byte> images() const noexcept;

    /// Calls `visitor(const Tlv&)` for each TLV, in order.
    template <class Visitor>
    void for_each_tlv(Visitor&& visitor) const {
        std::uint64_t offset = 0;
        while (const auto tlv = next_tlv(tlv_area(), offset)) visitor(*tlv);
    }

    /// The first TLV of a type, or nothing.
    [[nodiscard]] std::optional<Tlv> find(TlvType type) const noexcept;

    /// The number of images in the TLV image_count; 0 without that TLV.
    [[nodiscard]] std::uint32_t image_count() const noexcept;

    /// The bytes of an image, with the size that its TLV gives.
    /// @param index from 0.
    /// @returns the bytes, or
    ///   signed_bad_image_table: the TLVs have no size for it, or the sizes run past the end of the images.
    [[nodiscard]] Result<std::span<const std::byte>> image(std::uint32_t index) const;

    /// The number of entries in the hash table; 0 without one.
    [[nodiscard]] std::size_t hash_count() const noexcept;
    /// Precondition: `index < hash_count()`.
    [[nodiscard]] wire::HashEntry hash(std::size_t index) const noexcept;

  private:
    SignedImage(std::span<const std::byte> bytes, const wire::SignedHeader& header) noexcept;

    [[nodiscard]] std::span<const std::byte> tlv_area() const noexcept;

    /// The TLV at `offset`, which is advanced past it. Nothing at the end of the area: less than the header of a TLV,
    /// or eight zeros, a padding of OP-TEE's script.
    [[nodiscard]] static std::optional<Tlv> next_tlv(std::span<const std::byte> area, std::uint64_t& offset) noexcept;

    std::span<const std::byte> bytes_;
    wire::SignedHeader header_;
    std::uint64_t signature_offset_;
    std::uint64_t images_offset_;
};

}  // namespace rproc
