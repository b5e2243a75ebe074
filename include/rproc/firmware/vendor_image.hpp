// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rproc/internal/bytes.hpp"
#include "rproc/result.hpp"

/// The older signed format of the OP-TEE of STMicroelectronics (SignedFlavour::vendor). It begins with the magic and
/// version of the format of today (signed_image.hpp), and has a header of 56 bytes with the offset and the length of
/// each part. Little-endian. OP-TEE does not load it.
///
/// Not public, and so neither interpreted nor verified here: which bytes the signature covers, the layout of the hash
/// table, and the values of the types.
namespace rproc {

namespace wire {

/// The header of the file: 14 words.
struct VendorHeader {
    internal::Le32 magic;    ///< wire::kSignedMagic
    internal::Le32 version;  ///< wire::kSignedVersion
    internal::Le32 header_length;
    internal::Le32 sign_length;
    internal::Le32 sign_offset;
    internal::Le32 sign_type;
    internal::Le32 hash_length;
    internal::Le32 hash_offset;
    internal::Le32 hash_type;
    internal::Le32 key_length;
    internal::Le32 key_offset;
    internal::Le32 img_length;
    internal::Le32 img_offset;
    internal::Le32 img_type;
};
static_assert(sizeof(VendorHeader) == 56);

}  // namespace wire

/// A part of the file as its header describes it. Offsets and lengths in bytes.
struct VendorPart {
    std::string_view name;  ///< "signature", "hash table", "key" or "image"
    std::uint32_t offset;
    std::uint32_t length;               ///< 0: the file has no such part
    std::optional<std::uint32_t> type;  ///< as it stands there; nothing for the key, which has none
};

/// A view of a signed image of the older format. `parse` checks its structure; it authenticates nothing.
///
/// Invariants: each part with a length lies inside the bytes, behind the header, and overlaps no other part. There are
/// a signature and an image.
///
/// Lifetime: valid as long as the bytes. Threads: concurrent reads are safe.
class VendorImage {
  public:
    /// Checks the structure.
    /// @param bytes the file; must outlive the view.
    /// @returns the view, or
    ///   signed_too_small: shorter than the header;
    ///   signed_bad_magic, signed_bad_version: another magic or version;
    ///   signed_size_mismatch: a part runs past the end of the file, lies in the header or overlaps another part, or
    ///     there is no signature or no image.
    [[nodiscard]] static Result<VendorImage> parse(std::span<const std::byte> bytes);

    /// The header of the file.
    [[nodiscard]] const wire::VendorHeader& header() const noexcept { return header_; }

    /// The parts, in the order of the header.
    [[nodiscard]] std::array<VendorPart, 4> parts() const noexcept;

    /// The bytes of a part of this image; empty for one without a length.
    [[nodiscard]] std::span<const std::byte> bytes_of(const VendorPart& part) const noexcept {
        if (part.length == 0) return {};  // its offset is not checked
        return internal::slice(bytes_, part.offset, part.length);
    }

    /// The bytes of the image.
    [[nodiscard]] std::span<const std::byte> image() const noexcept {
        return internal::slice(bytes_, header_.img_offset, header_.img_length);
    }

  private:
    VendorImage(std::span<const std::byte> bytes, const wire::VendorHeader& header) noexcept
        : bytes_(bytes), header_(header) {}

    std::span<const std::byte> bytes_;
    wire::VendorHeader header_;
};

}  // namespace rproc
