// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/hash_order.hpp"

#include <algorithm>
#include <optional>

#include "rproc/firmware/sha256.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc::internal {
namespace {

constexpr std::uint32_t kArmExidx = 0x70000001;  // PT_ARM_EXIDX, ELF for the Arm Architecture

std::vector<HashEntry> entries_of(std::span<const ElfImage> images) {
    std::vector<HashEntry> entries;
    for (std::size_t i = 0; i < images.size(); ++i)
        for (const ElfSegment segment : images[i].segments()) entries.push_back({i, segment});
    return entries;
}

std::span<const std::byte> bytes_of(const HashEntry& entry, std::span<const ElfImage> images) {
    return slice(images[entry.image].bytes(), entry.segment.offset, entry.segment.filesz);
}

/// Nothing where OP-TEE accepts the hash of `found` for `wanted`.
std::optional<HashOrderResult> result_of(const HashEntry& wanted, const HashEntry& found,
                                         std::span<const ElfImage> images) {
    const ElfSegment& a = wanted.segment;
    const ElfSegment& b = found.segment;
    if (b.type != ElfSegment::kLoad || a.filesz != b.filesz || a.memsz != b.memsz)
        return HashOrderResult::bad_parameters;
    if (sha256(bytes_of(wanted, images)) != sha256(bytes_of(found, images))) return HashOrderResult::security;
    return std::nullopt;
}

}  // namespace

std::vector<MistakenSegment> mistaken_segments(std::span<const ElfImage> images) {
    const auto entries = entries_of(images);
    std::vector<MistakenSegment> mistaken;
    for (const HashEntry& wanted : entries) {
        if (wanted.segment.type != ElfSegment::kLoad) continue;
        const auto same_address = [&](const HashEntry& entry) { return entry.segment.paddr == wanted.segment.paddr; };
        const HashEntry& found = *std::ranges::find_if(entries, same_address);
        if (&found == &wanted) continue;
        if (const auto result = result_of(wanted, found, images)) mistaken.push_back({wanted, found, *result});
    }
    return mistaken;
}

std::string_view to_string(HashOrderResult result) noexcept {
    return result == HashOrderResult::security ? "TEE_ERROR_SECURITY (0xffff000f)"
                                               : "TEE_ERROR_BAD_PARAMETERS (0xffff0006)";
}

std::string_view how_to_link(const MistakenSegment& mistaken) noexcept {
    if (mistaken.found.segment.type == kArmExidx) {
        return "in the linker script, place .ARM.exidx behind other bytes of its segment (after .text), or discard it "
               "where nothing unwinds; or list PT_ARM_EXIDX last with PHDRS";
    }
    return "link the two to different load addresses";
}

std::string_view program_header_type(const ElfSegment& segment) noexcept {
    if (segment.type == ElfSegment::kLoad) return "PT_LOAD";
    return segment.type == kArmExidx ? "PT_ARM_EXIDX" : "another type";
}

}  // namespace rproc::internal
