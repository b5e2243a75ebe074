// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/tee_memories.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace rproc::platform {
namespace {

using TeeMemory = Stm32mp15Config::TeeMemory;
using TeeMemories = std::vector<TeeMemory>;

/// A memory of the SoC as the core sees it: `reg` of the m4 node, with the names that ST's trees give to them.
struct SocMemory {
    std::string_view name;
    std::uint64_t da;
    std::uint64_t pa;
    std::uint64_t size;
};
constexpr std::array kSocMemories{SocMemory{"retram", 0, 0x38000000, 0x10000},
                                  SocMemory{"mcuram2", 0x10000000, 0x10000000, 0x40000},
                                  SocMemory{"mcuram", 0x30000000, 0x30000000, 0x40000}};

/// The two addresses of the same MCUSRAM (SRAM1 to SRAM4).
constexpr std::uint64_t kFirstView = 0x10000000;
constexpr std::uint64_t kSecondView = 0x30000000;
constexpr std::uint64_t kViewSize = 0x60000;

constexpr std::string_view kTeeCompatible = "st,stm32mp1-m4-tee";

bool is_virtio(const Stm32mp15Config::Region& region) { return region.name.starts_with("vdev"); }

std::optional<PhysicalRange> in_other_view(PhysicalRange range) {
    const auto moved = [&](std::uint64_t from, std::uint64_t to) {
        return PhysicalRange::make(PhysicalAddress(range.start().value() - from + to), range.size());
    };
    if (PhysicalRange::make(PhysicalAddress(kFirstView), kViewSize)->contains(range))
        return moved(kFirstView, kSecondView);
    if (PhysicalRange::make(PhysicalAddress(kSecondView), kViewSize)->contains(range))
        return moved(kSecondView, kFirstView);
    return std::nullopt;
}

/// What `whole` has outside of `taken`, in the order of addresses.
std::vector<PhysicalRange> without(PhysicalRange whole, std::vector<PhysicalRange> taken) {
    std::ranges::sort(taken);
    std::vector<PhysicalRange> left;
    PhysicalAddress from = whole.start();
    const auto keep_until = [&](PhysicalAddress end) {
        if (from < end) left.push_back(*PhysicalRange::make(from, end.value() - from.value()));
    };
    for (const PhysicalRange& each : taken) {
        if (!each.overlaps(whole)) continue;
        keep_until(each.start());
        from = std::max(from, each.end());
    }
    keep_until(whole.end());
    return left;
}

std::vector<PhysicalRange> linux_ranges(const Stm32mp15Config& config) {
    std::vector<PhysicalRange> ranges;
    for (const Stm32mp15Config::Region& region : config.regions)
        if (region.memory) ranges.push_back(*region.memory);
    return ranges;
}

TeeMemories shared_memories(const Stm32mp15Config& config) {
    TeeMemories memories;
    for (const Stm32mp15Config::Region& region : config.regions) {
        if (!region.memory || is_virtio(region)) continue;
        const auto seen = config.dma_ranges.to_device(*region.memory);
        if (seen) memories.push_back({region.name, seen->start(), *region.memory});
    }
    return memories;
}

void add_soc_memory(TeeMemories& memories, const SocMemory& memory, const std::vector<PhysicalRange>& taken) {
    std::size_t count = 0;
    for (const PhysicalRange& part : without(*PhysicalRange::make(PhysicalAddress(memory.pa), memory.size), taken)) {
        ++count;
        std::string name = count == 1 ? std::string(memory.name) : fmt::format("{}_{}", memory.name, count);
        memories.push_back({std::move(name), DeviceAddress(part.start().value() - memory.pa + memory.da), part});
    }
}

constexpr std::string_view kTeeTree = "give OP-TEE's own device tree (out/arm-plat-.../core/*.dtb), not Linux's";
constexpr ErrorText kNoTeeNode{.code = ErrorCode::dt_node_missing,
                               .message = "has no enabled node compatible with {0}: OP-TEE has no remote processor",
                               .hint = kTeeTree};
constexpr ErrorText kNoTeeRegions{.code = ErrorCode::dt_property_missing,
                                  .message = "has no memory-region: OP-TEE's driver refuses the node",
                                  .hint = "list the firmware's memories: <&retram>, <&mcuram>, <&mcuram2>"};
constexpr ErrorText kOutsideBus{
    .code = ErrorCode::memory_region_untranslatable,
    .message =
        "memory-region \"{0}\" at {1:#x}, {2:#x} bytes, lies in no window of dma-ranges: OP-TEE's driver refuses "
        "the node",
    .hint = "move the region into one window, or add a window to dma-ranges of the parent node"};
constexpr ErrorText kBadBus{
    .code = ErrorCode::dt_property_malformed, .message = "must be a list of <da pa size>", .hint = kTeeTree};

/// OP-TEE looks at secure-status first.
bool enabled_in_tee(const DeviceTreeNode& node) {
    const auto secure = node.strings("secure-status");
    return secure.empty() ? node.enabled() : secure.front() == "okay" || secure.front() == "ok";
}

Result<std::optional<DmaRanges>> read_bus(const DeviceTreeNode& node) {
    const auto bus = node.parent();
    if (!bus || !bus->has("dma-ranges")) return std::nullopt;
    RPROC_TRY_ASSIGN(const auto cells, bus->cells("dma-ranges"));
    if (cells.size() % 3 != 0) return fail(kBadBus, place::Node{bus->path(), "dma-ranges"});
    DmaRanges ranges;
    for (std::size_t i = 0; i < cells.size(); i += 3)
        RPROC_TRY(ranges.add(DeviceAddress(cells[i]), PhysicalAddress(cells[i + 1]), cells[i + 2]));
    return std::optional(std::move(ranges));
}

Result<TeeMemory> read_memory(const DeviceTreeNode& node, const DeviceTreeNode& region,
                              const std::optional<DmaRanges>& bus) {
    RPROC_TRY_ASSIGN(const PhysicalRange pa, region.reg());
    const auto seen = bus ? bus->to_device(pa) : DeviceRange::make(DeviceAddress(pa.start().value()), pa.size());
    if (!seen || pa.empty())
        return fail(kOutsideBus, place::Node{node.path()}, region.name(), pa.start().value(), pa.size());
    return TeeMemory{region.name(), seen->start(), pa};
}

}  // namespace

std::vector<TeeMemory> tee_memories(const Stm32mp15Config& config) {
    if (config.tee_tree_memories) return *config.tee_tree_memories;
    TeeMemories memories = shared_memories(config);
    std::vector<PhysicalRange> taken = linux_ranges(config);
    for (const Stm32mp15Config::Region& region : config.regions) {
        const auto alias = region.memory && is_virtio(region) ? in_other_view(*region.memory) : std::nullopt;
        if (alias) taken.push_back(*alias);
    }
    for (const SocMemory& memory : kSocMemories) add_soc_memory(memories, memory, taken);
    return memories;
}

std::vector<PhysicalRange> tee_only_memories(const Stm32mp15Config& config) {
    const std::vector<PhysicalRange> shared = linux_ranges(config);
    std::vector<PhysicalRange> kept;
    for (const TeeMemory& memory : tee_memories(config))
        for (const PhysicalRange& part : without(memory.pa, shared)) kept.push_back(part);
    return kept;
}

Result<std::vector<TeeMemory>> read_tee_memories(const DeviceTree& tree) {
    const auto nodes = tree.find_compatible(kTeeCompatible);
    const auto node = std::ranges::find_if(nodes, enabled_in_tee);
    if (node == nodes.end()) return fail(kNoTeeNode, place::DeviceTree{}, kTeeCompatible);
    if (!node->has("memory-region")) return fail(kNoTeeRegions, place::Node{node->path()});
    RPROC_TRY_ASSIGN(const auto regions, tree.references(*node, "memory-region"));
    RPROC_TRY_ASSIGN(const auto bus, read_bus(*node));
    TeeMemories memories;
    for (const PhandleArguments& region : regions) {
        RPROC_TRY_ASSIGN(TeeMemory memory, read_memory(*node, region.node, bus));
        memories.push_back(std::move(memory));
    }
    return memories;
}

Result<std::vector<TeeMemory>> read_tee_memories(const std::filesystem::path& dtb) {
    RPROC_TRY_ASSIGN(const auto tree, DeviceTree::read(dtb));
    auto memories = read_tee_memories(tree);
    if (!memories && memories.error().place() == place::DeviceTree{})
        memories.error().set_place(place::File{dtb.native()});
    return memories;
}

}  // namespace rproc::platform
