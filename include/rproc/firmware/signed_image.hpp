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
/// and nothing behind. The signature covers the header and the padded TLV area; the TLVs hold a hash of every segment.
namespace rproc {

namespace wire {

inline constexpr std::uint32_t kSignedMagic = 0x3543a468;
inline constexpr std::uint32_t kSignedVersion = 1;

struct SignedHeader {
    internal::Le32 magic;
    internal::Le32 version;
    internal::Le32 tlv_len;
    internal::Le32 sign_len;
    internal::Le32 img_len;
};
static_assert(sizeof(SignedHeader) == 20);

struct TlvHeader {
    internal::Le32 type;
    internal::Le32 length;  ///< of the value, without padding
};
static_assert(sizeof(TlvHeader) == 8);

/// One entry of the hash table: a program header of an image, and the SHA-256 of its `p_filesz` bytes.
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

/// The types of TLVs.
enum class TlvType : std::uint32_t {
    sign_type = 0x01,    ///< u8: SignType
    hash_type = 0x02,    ///< u8: 1 is SHA-256
    image_count = 0x03,  ///< u8
    image_type = 0x04,   ///< u8 for each image: 1 is ELF
    image_size = 0x05,   ///< u32 for each image, its bytes padded to 8
    hash_table = 0x10,   ///< wire::HashEntry for each program header of each image
    key_info = 0x11,     ///< bytes that tell the trusted application which key to take
    platform_first = 0x10000,
    platform_last = 0x1ffff,
};

/// How the header and the TLVs are signed.
enum class SignType : std::uint8_t {
    rsa_pkcs1_sha256 = 1,   ///< RSASSA-PKCS1-v1_5
    ecdsa_p256_sha256 = 2,  ///< raw r, then s: 64 bytes
};

/// A type, and the value as it stands in the file, without padding.
struct Tlv {
    std::uint32_t type;
    std::span<const std::byte> value;

    [[nodiscard]] bool is(TlvType wanted) const noexcept { return type == static_cast<std::uint32_t>(wanted); }
};

/// Which of the formats that begin with the same magic and version a file has.
enum class SignedFlavour {
    upstream,  ///< OP-TEE's: header of 20 bytes, then TLVs
    vendor,    ///< an older one of STMicroelectronics' fork: header of 56 bytes with offsets; OP-TEE does not load it
};

/// A signed image, read in place; nothing in it is authenticated by reading it.
///
/// Invariant: header, TLV area, signature and images lie inside the bytes and fill them exactly, and every TLV lies
/// inside its area. A view; valid as long as the bytes. Reading is safe from several threads.
class SignedImage {
  public:
    /// True when the bytes begin with the magic, whatever follows.
    [[nodiscard]] static bool recognises(std::span<const std::byte> bytes) noexcept;

    /// Which format it is, by whether the lengths of the one or the other fit the file; nothing when neither does, or
    /// when the magic is not there.
    [[nodiscard]] static std::optional<SignedFlavour> flavour_of(std::span<const std::byte> bytes) noexcept;

    /// Checks the structure, in the trusted application's order.
    /// @returns the view, or
    ///   signed_too_small: less than a header;
    ///   signed_bad_magic, signed_bad_version: another magic or version;
    ///   signed_vendor_format: it is an image of the older vendor format;
    ///   signed_size_mismatch: a length is 0 that must not be, or the lengths do not add up to the size of the file;
    ///   signed_bad_tlv: a TLV runs past the end of its area.
    [[nodiscard]] static Result<SignedImage> parse(std::span<const std::byte> bytes);

    [[nodiscard]] const wire::SignedHeader& header() const noexcept { return header_; }

    /// The bytes that the signature covers: header and TLV area with its padding.
    [[nodiscard]] std::span<const std::byte> signed_bytes() const noexcept {
        return internal::slice(bytes_, 0, signature_offset_);
    }
    /// Without padding.
    [[nodiscard]] std::span<const std::byte> signature() const noexcept;
    /// All images, one behind the other, each padded to 8 bytes.
    [[nodiscard]] std::span<const std::byte> images() const noexcept;

    /// Calls `visitor(const Tlv&)` for each TLV, in order.
    template <class Visitor>
    void for_each_tlv(Visitor&& visitor) const {
        std::uint64_t offset = 0;
        while (const auto tlv = next_tlv(tlv_area(), offset)) visitor(*tlv);
    }

    /// The first TLV of a type.
    [[nodiscard]] std::optional<Tlv> find(TlvType type) const noexcept;

    /// How many images the TLVs announce; 0 without that TLV.
    [[nodiscard]] std::uint32_t image_count() const noexcept;

    /// One image, as long as its TLV says.
    /// @returns its bytes, or
    ///   signed_bad_image_table: there is no size for it, or the sizes run past the end of the images.
    [[nodiscard]] Result<std::span<const std::byte>> image(std::uint32_t index) const;

    /// How many entries the hash table has; 0 without one.
    [[nodiscard]] std::size_t hash_count() const noexcept;
    /// Precondition: `index < hash_count()`.
    [[nodiscard]] wire::HashEntry hash(std::size_t index) const noexcept;

  private:
    SignedImage(std::span<const std::byte> bytes, const wire::SignedHeader& header) noexcept;

    [[nodiscard]] std::span<const std::byte> tlv_area() const noexcept;

    /// The TLV at `offset`, which moves behind it; nothing at the end of the area: less than
    /// a TLV's header, or eight zeros, with which OP-TEE's script may pad.
    [[nodiscard]] static std::optional<Tlv> next_tlv(std::span<const std::byte> area, std::uint64_t& offset) noexcept;

    std::span<const std::byte> bytes_;
    wire::SignedHeader header_;
    std::uint64_t signature_offset_;
    std::uint64_t images_offset_;
};

}  // namespace rproc
