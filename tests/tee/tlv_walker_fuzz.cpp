// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as the TLV area of a signed image with a valid header: the view agrees with a second, simple walk. The
// first two bytes are the size of the area.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "rproc/firmware/signed_hashes.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "support/signed_package.hpp"

namespace {

using rproc::SignedImage;
using rproc::TlvType;
using rproc::test::Bytes;
using Span = std::span<const std::byte>;

constexpr std::size_t kHeaderSize = 20;
constexpr std::size_t kSignatureSize = 8;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

std::uint32_t word_at(Span bytes, std::size_t offset) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8U | std::to_integer<std::uint32_t>(bytes[offset + i]);
    return value;
}

std::size_t padded(std::size_t size) { return (size + 7) / 8 * 8; }

struct WalkedTlv {
    std::uint32_t type;
    Span value;
};

/// All TLVs of an area; nothing when one runs past its end.
std::optional<std::vector<WalkedTlv>> walk(Span area) {
    std::vector<WalkedTlv> tlvs;
    while (area.size() >= 8) {
        const std::uint32_t type = word_at(area, 0);
        const std::uint32_t length = word_at(area, 4);
        const bool padding = type == 0 && length == 0 && area.size() == 8;
        if (padding) break;
        if (length > area.size() - 8) return std::nullopt;
        tlvs.push_back({type, area.subspan(8, length)});
        area = area.subspan(std::min(area.size(), 8 + padded(length)));
    }
    return tlvs;
}

Span first_value(const std::vector<WalkedTlv>& tlvs, TlvType type) {
    const auto found = std::ranges::find(tlvs, static_cast<std::uint32_t>(type), &WalkedTlv::type);
    return found == tlvs.end() ? Span() : found->value;
}

bool same(Span one, Span other) { return one.size() == other.size() && (one.empty() || one.data() == other.data()); }

void check_tlvs(const SignedImage& image, const std::vector<WalkedTlv>& tlvs) {
    std::size_t next = 0;
    image.for_each_tlv([&](const rproc::Tlv& tlv) {
        require(next < tlvs.size() && tlv.type == tlvs[next].type && same(tlv.value, tlvs[next].value));
        ++next;
    });
    require(next == tlvs.size());
    for (const WalkedTlv& tlv : tlvs) {
        const auto type = static_cast<TlvType>(tlv.type);
        const auto found = image.find(type);
        require(found && found->is(type) && same(found->value, first_value(tlvs, type)));
    }
}

/// The bytes of an image, located by the sizes of the images before it.
std::optional<Span> walk_images(Span sizes, Span images, std::uint32_t index) {
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < sizes.size() / 4 && i <= index; ++i) {
        const std::uint64_t size = word_at(sizes, 4 * i);
        if (offset + size > images.size()) return std::nullopt;
        if (i == index) return images.subspan(offset, size);
        offset += padded(size);
    }
    return std::nullopt;
}

void check_images(const SignedImage& image, const std::vector<WalkedTlv>& tlvs) {
    const Span count = first_value(tlvs, TlvType::image_count);
    require(image.image_count() == (count.empty() ? 0 : std::to_integer<std::uint32_t>(count.front())));
    const Span sizes = first_value(tlvs, TlvType::image_size);
    const auto check = [&](std::uint32_t index) {
        const auto found = image.image(index);
        const auto expected = walk_images(sizes, image.images(), index);
        require(found.has_value() == expected.has_value());
        require(!found || same(*found, *expected));
    };
    for (std::uint32_t i = 0; i <= image.image_count(); ++i) check(i);
    check(std::numeric_limits<std::uint32_t>::max());
}

void check_hashes(const SignedImage& image, const std::vector<WalkedTlv>& tlvs) {
    const Span table = first_value(tlvs, TlvType::hash_table);
    require(image.hash_count() == table.size() / sizeof(rproc::wire::HashEntry));
    for (std::size_t i = 0; i < image.hash_count(); ++i) {
        const auto entry = image.hash(i);
        require(std::memcmp(&entry, table.data() + i * sizeof entry, sizeof entry) == 0);
    }
    if (const auto segments = rproc::check_segment_hashes(image))
        for (const auto& segment : *segments) require(segment.image < image.image_count());
}

/// A file that is valid except for its TLV area.
Bytes file_around(Span area, Span images) {
    Bytes file = rproc::test::ByteWriter()
                     .u32(rproc::wire::kSignedMagic)
                     .u32(rproc::wire::kSignedVersion)
                     .u32(area.size())
                     .u32(kSignatureSize)
                     .u32(images.size())
                     .bytes(area)
                     .take();
    file.resize(kHeaderSize + padded(area.size()) + kSignatureSize);
    file.insert(file.end(), images.begin(), images.end());
    file.resize(kHeaderSize + padded(area.size()) + kSignatureSize + padded(images.size()));
    file.shrink_to_fit();  // so that a read past the end is one of the allocation, too
    return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const Span rest = std::as_bytes(std::span(data, size)).subspan(2);
    const std::size_t area_size = std::min<std::size_t>(data[0] + 256U * data[1], rest.size());
    const Bytes file = file_around(rest.first(area_size), rest.subspan(area_size));

    const auto image = SignedImage::parse(file);
    if (area_size == 0) {
        require(!image && image.error().code() == rproc::ErrorCode::signed_size_mismatch);
        return 0;
    }
    const auto tlvs = walk(Span(file).subspan(kHeaderSize, area_size));
    require(image.has_value() == tlvs.has_value());
    if (!image) {
        require(image.error().code() == rproc::ErrorCode::signed_bad_tlv);
        return 0;
    }
    require(image->signed_bytes().size() == kHeaderSize + padded(area_size));
    check_tlvs(*image, *tlvs);
    check_images(*image, *tlvs);
    check_hashes(*image, *tlvs);
    return 0;
}
