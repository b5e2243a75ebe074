// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "check/lint/byte_count.hpp"
#include "check/lint/image_remarks.hpp"
#include "check/lint/memory_advice.hpp"
#include "check/model/sram_alias.hpp"

namespace rproc::check {
namespace {

struct Loaded {
    ElfSegment segment;
    DeviceRange at;  ///< by its first address
};

std::vector<Loaded> loaded_segments(const ImageModel& image) {
    std::vector<Loaded> loaded;
    for (const LoadableSegment& segment : image.segments())
        if (segment.range) loaded.push_back({segment.header, by_first_address(*segment.range)});
    return loaded;
}

Finding overlap(const Loaded& a, const Loaded& b) {
    const auto& [first, last] = std::minmax(a, b, [](const Loaded& x, const Loaded& y) {
        return x.segment.index < y.segment.index;  // the order in which Linux loads them
    });
    const DeviceAddress start = std::max(a.at.start(), b.at.start());
    const std::uint64_t size = std::min(a.at.end(), b.at.end()).value() - start.value();
    const bool by_alias = by_first_address(*DeviceRange::make(first.segment.paddr, 0)).start() != first.segment.paddr ||
                          by_first_address(*DeviceRange::make(last.segment.paddr, 0)).start() != last.segment.paddr;
    return {Severity::warning, FindingCode::segments_overlap, place_of(last.segment),
            fmt::format("overwrites {} of {} at {}{}", byte_count(size), describe(place_of(first.segment)),
                        to_string(*DeviceRange::make(start, size)),
                        by_alias ? ": 0x30000000 is a second address of the SRAM at 0x10000000" : ""),
            "give each output section memory of its own in the linker script; load addresses (AT>) count: "
            "arm-none-eabi-readelf -l FW"};
}

/// A finding for each segment that begins inside another.
void remark_on_overlaps(std::vector<Finding>& findings, std::vector<Loaded> loaded) {
    std::ranges::stable_sort(loaded, {}, [](const Loaded& each) { return each.at.start(); });
    const Loaded* furthest = nullptr;
    for (const Loaded& each : loaded) {
        if (furthest != nullptr && furthest->at.overlaps(each.at)) findings.push_back(overlap(*furthest, each));
        if (furthest == nullptr || each.at.end() > furthest->at.end()) furthest = &each;
    }
}

void remark_on_vring(std::vector<Finding>& findings, const std::vector<Loaded>& loaded, const MemoryEntry& vring) {
    for (const Loaded& each : loaded) {
        if (!each.at.overlaps(vring.device)) continue;
        findings.push_back(
            {Severity::warning, FindingCode::segment_in_vring, place_of(each.segment),
             fmt::format("lies in {}, which the resource table takes for a vring: Linux clears it when its "
                         "virtio driver starts, and keeps descriptors there",
                         describe(vring)),
             fmt::format("keep {} out of MEMORY in the linker script", vring.name)});
    }
}

}  // namespace

std::vector<Finding> remarks_on_segments(const CheckedImage& checked) {
    std::vector<Finding> findings;
    const auto loaded = loaded_segments(checked.image);
    remark_on_overlaps(findings, loaded);
    const TableModel* const table = checked.image.table();
    if (table == nullptr) return findings;
    for (const VdevRequest& vdev : table->vdevs)
        for (const VringRequest& vring : vdev.vrings())
            if (const MemoryEntry* const memory = checked.board.find(vring.name); memory != nullptr)
                remark_on_vring(findings, loaded, *memory);
    return findings;
}

}  // namespace rproc::check
