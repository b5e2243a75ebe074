// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as a device tree: an accepted tree can be walked, and reading a board from it returns a complete board or
// one error.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "rproc/platform/board.hpp"

namespace {

using namespace rproc;
using namespace rproc::platform;

void require(bool holds) {
    if (!holds) std::abort();
}

void walk(const DeviceTree& tree, const DeviceTreeNode& node, int depth) {
    if (depth > 8) return;
    static_cast<void>(node.reg());
    static_cast<void>(node.strings("compatible"));
    static_cast<void>(tree.references(node, "memory-region"));
    static_cast<void>(tree.references(node, "resets", "#reset-cells"));
    for (const DeviceTreeNode& child : node.children()) {
        require(child.parent() == node);
        walk(tree, child, depth + 1);
    }
}

void check_board(const Board& board) {
    require(!board.config.dma_ranges.windows().empty());
    for (const auto& window : board.config.dma_ranges.windows()) {
        const auto physical = board.config.dma_ranges.to_physical(window.device);
        require(window.device.empty() || physical.has_value());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> exact(data, data + size);
    const auto tree = DeviceTree::parse(std::as_bytes(std::span(exact)));
    if (!tree) {
        require(tree.error().code() == ErrorCode::dtb_malformed);
        return 0;
    }
    walk(*tree, tree->root(), 0);
    if (const auto board = board_from(*tree, "fuzzed")) check_board(*board);
    return 0;
}
