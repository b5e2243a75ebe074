// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/vendor_image.hpp"

#include <algorithm>

#include "rproc/firmware/signed_image.hpp"

namespace rproc {
namespace {

constexpr std::size_t kSignature = 0;
constexpr std::size_t kImage = 3;

constexpr ErrorText bad_part(std::string_view message) {
    return {.code = ErrorCode::signed_size_mismatch,
            .message = message,
            .hint = "the file was cut off, or was written by another tool; sign the ELF file again"};
}
constexpr ErrorText kAbsent = bad_part("the file has no {0}");
constexpr ErrorText kOutside =
    bad_part("the {0} (offset {1}, {2} bytes) is not behind the header and inside the {3} bytes of the file");
constexpr ErrorText kOverlap = bad_part("the {0} and the {1} overlap");

std::array<VendorPart, 4> parts_of(const wire::VendorHeader& header) noexcept {
    return {VendorPart{"signature", header.sign_offset, header.sign_length, header.sign_type},
            VendorPart{"hash table", header.hash_offset, header.hash_length, header.hash_type},
            VendorPart{"key", header.key_offset, header.key_length, std::nullopt},
            VendorPart{"image", header.img_offset, header.img_length, header.img_type}};
}

bool overlap(const VendorPart& a, const VendorPart& b) noexcept {
    const auto end = [](const VendorPart& part) { return std::uint64_t{part.offset} + part.length; };
    return a.length != 0 && b.length != 0 && a.offset < end(b) && b.offset < end(a);
}

Result<void> check_parts(const std::array<VendorPart, 4>& parts, std::size_t size) {
    const Place where = place::SignedHeader{};
    for (const std::size_t required : {kSignature, kImage})
        if (parts[required].length == 0) return fail(kAbsent, where, parts[required].name);
    for (const VendorPart& part : parts) {
        if (part.length == 0) continue;
        if (part.offset < sizeof(wire::VendorHeader) || !internal::fits(part.offset, part.length, size))
            return fail(kOutside, where, part.name, part.offset, part.length, size);
    }
    for (std::size_t i = 0; i < parts.size(); ++i)
        for (std::size_t j = i + 1; j < parts.size(); ++j)
            if (overlap(parts[i], parts[j])) return fail(kOverlap, where, parts[i].name, parts[j].name);
    return {};
}

}  // namespace

Result<VendorImage> VendorImage::parse(std::span<const std::byte> bytes) {
    const auto header = internal::read_at<wire::VendorHeader>(bytes, 0);
    if (!header) {
        return fail(ErrorCode::signed_too_small, place::SignedHeader{}, bytes.size(), sizeof(wire::VendorHeader));
    }
    if (header->magic != wire::kSignedMagic) {
        return fail(ErrorCode::signed_bad_magic, place::SignedHeader{"magic"}, header->magic.get(), wire::kSignedMagic);
    }
    if (header->version != wire::kSignedVersion) {
        return fail(ErrorCode::signed_bad_version, place::SignedHeader{"version"}, header->version.get());
    }
    RPROC_TRY(check_parts(parts_of(*header), bytes.size()));
    return VendorImage(bytes, *header);
}

std::array<VendorPart, 4> VendorImage::parts() const noexcept { return parts_of(header_); }

}  // namespace rproc
