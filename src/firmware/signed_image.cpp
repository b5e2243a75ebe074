// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/signed_image.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "rproc/firmware/vendor_image.hpp"

namespace rproc {
namespace {

using internal::fits;
using internal::Le32;

constexpr std::uint64_t kAlignment = 8;

/// Rounds a 32-bit length up to 8; cannot wrap.
constexpr std::uint64_t padded(std::uint32_t length) noexcept {
    return (std::uint64_t{length} + kAlignment - 1) / kAlignment * kAlignment;
}

std::uint64_t upstream_size(const wire::SignedHeader& header) noexcept {
    return sizeof(wire::SignedHeader) + padded(header.tlv_len) + padded(header.sign_len) + padded(header.img_len);
}

/// Whether signature and image lie where the header of the older format says.
bool is_vendor_format(std::span<const std::byte> bytes) noexcept {
    const auto header = internal::read_at<wire::VendorHeader>(bytes, 0);
    constexpr std::uint64_t kHeaderSize = sizeof(wire::VendorHeader);
    if (!header || header->sign_offset < kHeaderSize || header->img_offset < kHeaderSize) return false;
    return header->img_length != 0 && fits(header->sign_offset, header->sign_length, bytes.size()) &&
           fits(header->img_offset, header->img_length, bytes.size());
}

Result<wire::SignedHeader> check_header(std::span<const std::byte> bytes) {
    const auto header = internal::read_at<wire::SignedHeader>(bytes, 0);
    if (!header) {
        return fail(ErrorCode::signed_too_small, place::SignedHeader{}, bytes.size(), sizeof(wire::SignedHeader));
    }
    if (header->magic != wire::kSignedMagic) {
        return fail(ErrorCode::signed_bad_magic, place::SignedHeader{"magic"}, header->magic.get(), wire::kSignedMagic);
    }
    if (header->version != wire::kSignedVersion) {
        return fail(ErrorCode::signed_bad_version, place::SignedHeader{"version"}, header->version.get());
    }
    return *header;
}

constexpr ErrorText kNoSignature{.code = ErrorCode::signed_size_mismatch,
                                 .message = "has no TLVs or no signature",
                                 .hint = text_of(ErrorCode::signed_size_mismatch).hint};

Error wrong_size(const wire::SignedHeader& header, std::uint64_t size) {
    const Place where = place::SignedHeader{};
    if (header.tlv_len == 0 || header.sign_len == 0) return Error(kNoSignature, where);
    return Error(ErrorCode::signed_size_mismatch, where, sizeof(wire::SignedHeader), header.tlv_len.get(),
                 header.sign_len.get(), header.img_len.get(), upstream_size(header), size);
}

/// @returns the offset of the first TLV that is not inside its area, or nothing.
std::optional<std::uint64_t> find_bad_tlv(std::span<const std::byte> area) noexcept {
    std::uint64_t offset = 0;
    while (const auto header = internal::read_at<wire::TlvHeader>(area, offset)) {
        if (!fits(offset + sizeof(wire::TlvHeader), header->length, area.size())) return offset;
        offset += sizeof(wire::TlvHeader) + padded(header->length);
    }
    return std::nullopt;
}

}  // namespace

bool SignedImage::recognises(std::span<const std::byte> bytes) noexcept {
    const auto magic = internal::read_at<Le32>(bytes, 0);
    return magic && *magic == wire::kSignedMagic;
}

std::optional<SignedFlavour> SignedImage::flavour_of(std::span<const std::byte> bytes) noexcept {
    const auto header = internal::read_at<wire::SignedHeader>(bytes, 0);
    if (!header || header->magic != wire::kSignedMagic) return std::nullopt;
    if (upstream_size(*header) == bytes.size()) return SignedFlavour::upstream;
    if (is_vendor_format(bytes)) return SignedFlavour::vendor;
    return std::nullopt;
}

Result<SignedImage> SignedImage::parse(std::span<const std::byte> bytes) {
    RPROC_TRY_ASSIGN(const auto header, check_header(bytes));
    if (flavour_of(bytes) == SignedFlavour::vendor) {
        return fail(ErrorCode::signed_vendor_format, place::SignedHeader{});
    }
    if (header.tlv_len == 0 || header.sign_len == 0 || upstream_size(header) != bytes.size()) {
        return fail(wrong_size(header, bytes.size()));
    }
    const SignedImage image(bytes, header);
    if (const auto bad = find_bad_tlv(image.tlv_area())) {
        return fail(ErrorCode::signed_bad_tlv, place::Tlv{sizeof(wire::SignedHeader) + *bad});
    }
    return image;
}

SignedImage::SignedImage(std::span<const std::byte> bytes, const wire::SignedHeader& header) noexcept
    : bytes_(bytes),
      header_(header),
      signature_offset_(sizeof(wire::SignedHeader) + padded(header.tlv_len)),
      images_offset_(signature_offset_ + padded(header.sign_len)) {}

std::span<const std::byte> SignedImage::tlv_area() const noexcept {
    return bytes_.subspan(sizeof(wire::SignedHeader), header_.tlv_len);
}

std::span<const std::byte> SignedImage::signature() const noexcept {
    return internal::slice(bytes_, signature_offset_, header_.sign_len);
}

std::span<const std::byte> SignedImage::images() const noexcept {
    return internal::slice(bytes_, images_offset_, header_.img_len);
}

std::optional<Tlv> SignedImage::next_tlv(std::span<const std::byte> area, std::uint64_t& offset) noexcept {
    const auto header = internal::read_at<wire::TlvHeader>(area, offset);
    if (!header) return std::nullopt;
    const bool padding = header->type == 0 && header->length == 0 && area.size() - offset == sizeof(wire::TlvHeader);
    if (padding) return std::nullopt;
    const Tlv tlv{header->type, internal::slice(area, offset + sizeof(wire::TlvHeader), header->length)};
    offset += sizeof(wire::TlvHeader) + padded(header->length);
    return tlv;
}

std::optional<Tlv> SignedImage::find(TlvType type) const noexcept {
    std::optional<Tlv> found;
    for_each_tlv([&](const Tlv& tlv) {
        if (!found && tlv.is(type)) found = tlv;
    });
    return found;
}

std::uint32_t SignedImage::image_count() const noexcept {
    const auto tlv = find(TlvType::image_count);
    return tlv && !tlv->value.empty() ? std::to_integer<std::uint32_t>(tlv->value.front()) : 0;
}

Result<std::span<const std::byte>> SignedImage::image(std::uint32_t index) const {
    const auto sizes = find(TlvType::image_size);
    std::uint64_t offset = 0;
    for (std::uint32_t i = 0; sizes && i <= index; ++i) {
        const auto size = internal::read_at<Le32>(sizes->value, std::uint64_t{i} * sizeof(Le32));
        if (!size || !fits(offset, *size, images().size())) break;
        if (i == index) return internal::slice(images(), offset, *size);
        offset += padded(*size);
    }
    const auto type = static_cast<std::uint32_t>(TlvType::image_size);
    return fail(ErrorCode::signed_bad_image_table, place::TlvOfType{type, "image sizes"}, index, images().size());
}

std::size_t SignedImage::hash_count() const noexcept {
    const auto table = find(TlvType::hash_table);
    return table ? table->value.size() / sizeof(wire::HashEntry) : 0;
}

wire::HashEntry SignedImage::hash(std::size_t index) const noexcept {
    return *internal::read_at<wire::HashEntry>(find(TlvType::hash_table)->value, index * sizeof(wire::HashEntry));
}

}  // namespace rproc
