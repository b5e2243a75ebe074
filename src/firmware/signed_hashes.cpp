// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/signed_hashes.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "rproc/firmware/sha256.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc {

bool is_entry_of(const wire::HashEntry& entry, const ElfSegment& segment) {
    return entry.p_type == segment.type && entry.p_offset == segment.offset && entry.p_vaddr == segment.vaddr.value() &&
           entry.p_paddr == segment.paddr.value() && entry.p_filesz == segment.filesz &&
           entry.p_memsz == segment.memsz && entry.p_flags == segment.flags && entry.p_align == segment.align;
}

namespace {

std::optional<wire::HashEntry> find_entry(const SignedImage& package, const ElfSegment& segment) {
    for (std::size_t i = 0; i < package.hash_count(); ++i)
        if (const auto entry = package.hash(i); is_entry_of(entry, segment)) return entry;
    return std::nullopt;
}

HashState state_of(const SignedImage& package, const ElfImage& image, const ElfSegment& segment) {
    const auto entry = find_entry(package, segment);
    if (!entry) return HashState::missing;
    if (!internal::fits(segment.offset, segment.filesz, image.bytes().size())) return HashState::differs;
    const auto contents = internal::slice(image.bytes(), segment.offset, segment.filesz);
    return sha256(contents) == entry->sha256 ? HashState::matches : HashState::differs;
}

Result<ElfImage> image_of(const SignedImage& package, std::uint32_t index) {
    RPROC_TRY_ASSIGN(const auto bytes, package.image(index));
    auto image = ElfImage::parse(bytes);
    if (!image) image.error().set_place(image.error().place().in_image(index));
    return image;
}

}  // namespace

Result<std::vector<SegmentHash>> check_segment_hashes(const SignedImage& package) {
    std::vector<SegmentHash> states;
    for (std::uint32_t i = 0; i < package.image_count(); ++i) {
        RPROC_TRY_ASSIGN(const ElfImage image, image_of(package, i));
        for (const ElfSegment segment : image.segments())
            states.push_back({i, segment, state_of(package, image, segment)});
    }
    return states;
}

}  // namespace rproc
