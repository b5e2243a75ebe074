// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/reserved_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <fmt/format.h>

namespace rproc::platform {
namespace {

/// The value of a property of one cell; nothing where there is no such property.
std::optional<std::uint32_t> cell(const DeviceTreeNode& node, std::string_view property) {
    const auto cells = node.cells(property);
    return cells && !cells->empty() ? std::optional(cells->front()) : std::nullopt;
}

/// How many cells the root gives to an address and to a size. Linux reads /memory and /reserved-memory with these.
struct RootCells {
    explicit RootCells(const DeviceTreeNode& root)
        : address(cell(root, "#address-cells").value_or(1)), size(cell(root, "#size-cells").value_or(1)) {}

    std::size_t address;
    std::size_t size;
};

std::uint64_t number(std::span<const std::uint32_t> cells) {
    std::uint64_t value = 0;
    for (const std::uint32_t each : cells) value = value << 32U | each;
    return value;
}

/// The ranges of `reg`; nothing without one, or when it is cut off.
std::optional<std::vector<PhysicalRange>> ranges_of(const DeviceTreeNode& node, RootCells root) {
    const auto cells = node.cells("reg");
    const std::size_t stride = root.address + root.size;
    if (!cells || cells->empty() || stride == 0 || cells->size() % stride != 0) return std::nullopt;
    std::vector<PhysicalRange> ranges;
    for (std::span<const std::uint32_t> rest(*cells); !rest.empty(); rest = rest.subspan(stride)) {
        const PhysicalAddress start(number(rest.first(root.address)));
        const auto range = PhysicalRange::make(start, number(rest.subspan(root.address, root.size)));
        if (!range) return std::nullopt;
        ranges.push_back(*range);
    }
    return ranges;
}

std::vector<PhysicalRange> ram_of(const DeviceTree& tree, RootCells root) {
    std::vector<PhysicalRange> ram;
    for (const DeviceTreeNode& node : tree.root().children()) {
        const auto types = node.strings("device_type");
        if (types.empty() || types.front() != "memory" || !node.enabled()) continue;
        if (const auto ranges = ranges_of(node, root)) ram.insert(ram.end(), ranges->begin(), ranges->end());
    }
    return ram;
}

class ReservedMemory {
  public:
    explicit ReservedMemory(const DeviceTree& tree)
        : node_(tree.find("/reserved-memory")), root_(tree.root()), ram_(ram_of(tree, root_)) {}

    [[nodiscard]] ReservedRegion region(const DeviceTreeNode& node) const {
        ReservedRegion region{node.name(), std::nullopt, fault_of(node), is_pool(node), node.full_name()};
        if (region.fault == RegionFault::none) region.memory = ranges_of(node, root_)->front();
        if (!region.memory) return region;
        if (region.memory->size() == 0) region.dma_pool = false;
        const bool in_ram = std::ranges::any_of(ram_, [&](PhysicalRange ram) { return ram.overlaps(*region.memory); });
        if (in_ram && !stays_unmapped(node)) region.fault = RegionFault::linux_ram;
        return region;
    }

  private:
    [[nodiscard]] bool is_supported() const {
        return node_->has("ranges") && cell(*node_, "#address-cells") == root_.address &&
               cell(*node_, "#size-cells") == root_.size;
    }

    [[nodiscard]] RegionFault fault_of(const DeviceTreeNode& node) const {
        if (!node_ || node.parent() != node_) return RegionFault::elsewhere;
        if (!is_supported()) return RegionFault::format_unsupported;
        if (!is_available(node)) return RegionFault::disabled;
        if (node.has("reg")) return ranges_of(node, root_) ? RegionFault::none : RegionFault::reg_missing;
        return node.has("size") ? RegionFault::dynamic : RegionFault::reg_missing;
    }

    /// By its own status: Linux does not look at that of /reserved-memory.
    [[nodiscard]] static bool is_available(const DeviceTreeNode& node) {
        const auto status = node.strings("status");
        return status.empty() || status.front() == "ok" || status.front() == "okay";
    }

    [[nodiscard]] static bool is_pool(const DeviceTreeNode& node) {
        return node.compatible_with("shared-dma-pool") && node.has("no-map") && !node.has("reusable");
    }

    /// A pool that Linux cannot set up is given back to its RAM.
    [[nodiscard]] static bool stays_unmapped(const DeviceTreeNode& node) {
        return node.has("no-map") && (is_pool(node) || !node.compatible_with("shared-dma-pool"));
    }

    std::optional<DeviceTreeNode> node_;
    RootCells root_;
    std::vector<PhysicalRange> ram_;
};

}  // namespace

Result<std::vector<ReservedRegion>> read_reserved_regions(const DeviceTree& tree, const DeviceTreeNode& node) {
    std::vector<ReservedRegion> regions;
    if (!node.has("memory-region")) return regions;
    RPROC_TRY_ASSIGN(const auto phandles, node.cells("memory-region"));
    const ReservedMemory reserved(tree);
    for (const std::uint32_t phandle : phandles) {
        const auto target = tree.find_phandle(phandle);
        regions.push_back(target ? reserved.region(*target)
                                 : ReservedRegion{fmt::format("{:#x}", phandle), {}, RegionFault::dangling});
    }
    return regions;
}

std::vector<std::pair<std::size_t, std::size_t>> overlaps_of(const std::vector<ReservedRegion>& regions) {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0; i < regions.size(); ++i)
        for (std::size_t j = i + 1; j < regions.size(); ++j)
            if (regions[i].node != regions[j].node && regions[i].memory && regions[j].memory &&
                regions[i].memory->overlaps(*regions[j].memory))
                pairs.emplace_back(i, j);
    return pairs;
}

}  // namespace rproc::platform
