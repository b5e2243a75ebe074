// SPDX-License-Identifier: BSD-2-Clause
#include "tee/place.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/firmware/aes_cbc.hpp"

namespace rproc::tee::internal {
namespace {

using Segments = std::vector<AuthenticSegment>;

/// A segment, and its destination.
struct Placement {
    const AuthenticSegment* segment;
    std::span<std::byte> destination;
};

Checked<std::vector<Placement>> find_places(const AuthenticPackage& package, const RemoteMemories& memories) {
    std::vector<Placement> placements;
    for (const Segments& segments : package.segments) {
        for (const AuthenticSegment& segment : segments) {
            if (!segment.header.loadable()) continue;
            const auto place = memories.find(segment.header.paddr, segment.header.memsz);
            if (!place) {
                return refuse(
                    StrictRule::segment_bounds, ResultCode::access_denied,
                    fmt::format("{}: lies in no memory of the processor", describe(place_of(segment.header))));
            }
            placements.push_back({&segment, place->bytes});
        }
    }
    return placements;
}

bool holds(const Segments& segments, DeviceRange table) {
    return std::ranges::any_of(segments, [&](const AuthenticSegment& segment) {
        const auto range = DeviceRange::make(segment.header.paddr, segment.header.memsz);
        return segment.header.loadable() && range && range->contains(table);
    });
}

/// The section header is not signed: it may only refer to signed bytes.
Checked<PhysicalRange> table_of(const ElfImage& image, const Segments& segments, const RemoteMemories& memories) {
    const auto section = image.find_section(kResourceTableSection);
    if (!section || section->size == 0) return PhysicalRange();
    const auto range = DeviceRange::make(section->addr, section->size);
    const auto place = range ? memories.find(section->addr, section->size) : std::nullopt;
    if (!place) return refuse(ResultCode::access_denied, "the resource table lies in no memory of the processor");
    if (!holds(segments, *range))
        return refuse(StrictRule::table_outside_segments, ResultCode::security,
                      "the resource table lies in no segment");
    return place->pa;
}

Checked<PhysicalRange> find_table(const AuthenticPackage& package, const RemoteMemories& memories) {
    PhysicalRange found;
    for (std::size_t i = 0; i < package.images.size(); ++i) {
        RPROC_TRY_ASSIGN(const PhysicalRange table, table_of(package.images[i], package.segments[i], memories));
        if (table.empty()) continue;
        if (!found.empty()) return refuse(ResultCode::bad_format, "two images have a resource table");
        found = table;
    }
    return found;
}

Checked<void> decrypt(const AuthenticSegment& segment, const AesKey& key, std::span<std::byte> bytes) {
    AesIv iv;
    std::ranges::copy(*segment.iv, iv.begin());
    if (aes256_cbc_decrypt(key, iv, bytes)) return {};
    return refuse(StrictRule::encryption, ResultCode::bad_format,
                  fmt::format("{}: is encrypted, and no multiple of 16 bytes", describe(place_of(segment.header))));
}

Checked<void> copy(const Placement& placement, const std::optional<AesKey>& key) {
    const AuthenticSegment& segment = *placement.segment;
    const auto file = placement.destination.first(segment.contents.size());
    std::ranges::copy(segment.contents, file.begin());
    std::ranges::fill(placement.destination.subspan(file.size()), std::byte{0});
    return segment.iv && key ? decrypt(segment, *key, file) : Checked<void>();
}

Checked<PhysicalRange> place_all(const AuthenticPackage& package, const std::optional<AesKey>& key,
                                 const RemoteMemories& memories) {
    RPROC_TRY_ASSIGN(const auto placements, find_places(package, memories));
    RPROC_TRY_ASSIGN(const PhysicalRange table, find_table(package, memories));
    for (const Placement& placement : placements) RPROC_TRY(copy(placement, key));
    return table;
}

}  // namespace

Checked<PhysicalRange> place(const AuthenticPackage& package, const std::optional<AesKey>& key,
                             RemoteMemories& memories) {
    memories.clear();
    auto table = place_all(package, key, memories);
    if (!table) memories.clear();
    return table;
}

}  // namespace rproc::tee::internal
