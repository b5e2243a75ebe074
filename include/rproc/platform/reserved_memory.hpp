// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/error.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/place.hpp"
#include "rproc/platform/device_tree.hpp"
#include "rproc/result.hpp"

/// The memory-regions of a processor, as Linux sets them up when it starts (drivers/of/of_reserved_mem.c of Linux 6.1).
namespace rproc::platform {

/// What keeps Linux from giving a memory-region to a processor.
enum class RegionFault {
    none,
    dangling,            ///< memory-region has a phandle that no node has: Linux panics when it boots a firmware
    format_unsupported,  ///< /reserved-memory has no ranges, or not the cell counts of the root: Linux ignores it all
    disabled,            ///< its node is disabled
    elsewhere,           ///< its node is no child of /reserved-memory
    reg_missing,         ///< its node has no reg, or one that is cut off
    dynamic,             ///< its node has a size and no reg: Linux chooses the address
    linux_ram,           ///< it lies in the RAM that Linux uses, and has no no-map: Linux cannot map it
};

/// A node of /reserved-memory that `memory-region` of a processor references. Plain data.
struct ReservedRegion {
    std::string name;                     ///< of the node, without its unit address; with `dangling`, the phandle
    std::optional<PhysicalRange> memory;  ///< nothing with a fault other than `linux_ram`; the boot then fails
    RegionFault fault = RegionFault::none;
    /// Whether Linux makes a DMA pool of it: "shared-dma-pool" with no-map and a size, and not reusable. The buffers of
    /// a virtio device need one.
    bool dma_pool = true;
    std::string node{};  ///< full name of the node: "vdev0buffer@10042000"; empty: made of name and address
};

/// Whether the driver gets no memory for the region. With RegionFault::linux_ram it gets memory that it cannot map.
[[nodiscard]] constexpr bool is_refused(const ReservedRegion& region) noexcept { return !region.memory.has_value(); }

/// What is wrong with a region that is refused, and what to do. {0} is its name.
[[nodiscard]] constexpr ErrorText text_of(RegionFault fault) noexcept {
    constexpr auto kCode = ErrorCode::dt_property_malformed;
    switch (fault) {
        case RegionFault::dangling:
            return {.code = kCode,
                    .message =
                        "memory-region refers to phandle {0}, which no node has: Linux 6.1 panics when it boots a "
                        "firmware",
                    .hint = "refer to a node of /reserved-memory, or remove the reference"};
        case RegionFault::format_unsupported:
            return {.code = kCode,
                    .message =
                        "memory-region \"{0}\" is not reserved: Linux ignores a /reserved-memory without ranges, "
                        "or with other cell counts than the root node",
                    .hint = "add `ranges;` and the root's #address-cells and #size-cells to /reserved-memory"};
        case RegionFault::disabled:
            return {.code = kCode,
                    .message = "memory-region \"{0}\" is disabled",
                    .hint = "remove status from its node in /reserved-memory"};
        case RegionFault::elsewhere:
            return {.code = kCode,
                    .message = "memory-region \"{0}\" is no child of /reserved-memory",
                    .hint = "place the node below /reserved-memory, with reg and no-map"};
        case RegionFault::dynamic:
            return {.code = kCode,
                    .message =
                        "memory-region \"{0}\" has a size and no reg: Linux chooses an address, which the "
                        "processor does not reach",
                    .hint = "replace size by reg = <address size>: an address inside dma-ranges of the parent node"};
        case RegionFault::none:
        case RegionFault::linux_ram:
        case RegionFault::reg_missing: break;
    }
    return {.code = kCode,
            .message = "memory-region \"{0}\" has no reg, or one that is cut off",
            .hint = "add reg = <address size>, with the cell counts of the root node, and no-map"};
}

/// The error of a region that is refused. @param processor path of the node that references it.
[[nodiscard]] inline Error region_error(const ReservedRegion& region, std::string processor) {
    const TextArgument name(region.name);
    return Error::of(text_of(region.fault), place::Node{std::move(processor), "memory-region"}, {&name, 1});
}

/// Reads the regions that `memory-region` of a node references, in its order.
/// @returns them, none without the property; or
///   dt_property_malformed: the property is no list of phandles.
[[nodiscard]] Result<std::vector<ReservedRegion>> read_reserved_regions(const DeviceTree& tree,
                                                                        const DeviceTreeNode& node);

/// The regions that overlap another node's: each overwrites the other. Linux says so at its start, and uses both.
/// @returns pairs of indices into `regions`, the lower one first.
[[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> overlaps_of(const std::vector<ReservedRegion>& regions);

}  // namespace rproc::platform
