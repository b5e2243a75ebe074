// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as a device tree: whatever is accepted can be walked, and a board read from it is either whole or one
// error.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "rproc/platform/board.hpp"

namespace {

using namespace rproc;
using namespace rproc::platform;

void demand(bool holds) {
    if (!holds) std::abort();
}

void walk(const DeviceTree& tree, const DeviceTreeNode& node, int depth) {
    if (depth > 8) return;
    static_cast<void>(node.reg());
    static_cast<void>(node.strings("compatible"));
    static_cast<void>(tree.references(node, "memory-region"));
    static_cast<void>(tree.references(node, "resets", "#reset-cells"));
    for (const DeviceTreeNode& child : node.children()) {
        demand(child.parent() == node);
        walk(tree, child, depth + 1);
    }
}

void check_board(const Board& board) {
    demand(!board.config.dma_ranges.windows().empty());
    for (const auto& window : board.config.dma_ranges.windows()) {
        const auto physical = board.config.dma_ranges.to_physical(window.device);
        demand(window.device.empty() || physical.has_value());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> exact(data, data + size);
    const auto tree = DeviceTree::parse(std::as_bytes(std::span(exact)));
    if (!tree) {
        demand(tree.error().code() == ErrorCode::dtb_malformed);
        return 0;
    }
    walk(*tree, tree->root(), 0);
    if (const auto board = board_from(*tree, "fuzzed")) check_board(*board);
    return 0;
}
