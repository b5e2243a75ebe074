// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/board.hpp"

#include <algorithm>
#include <string>
#include <variant>

namespace rproc::devmem {
namespace {

using platform::DeviceTree;
using platform::ResetLine;
using platform::Stm32mp15Config;

std::optional<ResetController::Kind> kind_of_reset(const platform::DeviceTreeNode& node) {
    for (const char* const rcc : {"st,stm32mp1-rcc", "st,stm32mp1-rcc-secure"})
        if (node.compatible_with(rcc)) return ResetController::Kind::set_and_clear;
    if (node.compatible_with("snps,dw-high-reset")) return ResetController::Kind::level;
    return std::nullopt;
}

Result<void> add_reset(BoardLayout& layout, const DeviceTree& tree, const ResetLine& line) {
    if (line.controller.empty()) return {};
    if (std::ranges::count(layout.resets, line.controller, &ResetController::node) != 0) return {};
    const auto node = tree.find(line.controller);
    const auto kind = node ? kind_of_reset(*node) : std::nullopt;
    if (!kind) return fail(ErrorCode::reset_unsupported, place::Node{line.controller}, line.controller);
    RPROC_TRY_ASSIGN(const PhysicalRange registers, node->reg());
    layout.resets.push_back({line.controller, *kind, registers});
    return {};
}

/// All channels are those of one controller, as the binding has it.
Result<void> add_mailbox(BoardLayout& layout, const DeviceTree& tree, const Stm32mp15Config& config) {
    for (const Stm32mp15Config::MailboxChannel& channel : config.mailboxes) {
        const auto node = tree.find(channel.controller);
        const bool other = layout.ipcc && layout.ipcc->node != channel.controller;
        if (!node || !node->compatible_with("st,stm32mp1-ipcc") || channel.arguments.empty() || other)
            return fail(ErrorCode::mailbox_unsupported, place::Node{channel.controller}, channel.controller);
        if (!layout.ipcc) {
            RPROC_TRY_ASSIGN(const PhysicalRange registers, node->reg());
            RPROC_TRY_ASSIGN(const auto side, node->cells("st,proc-id"));
            layout.ipcc = IpccLayout{channel.controller, registers, side.empty() ? 0 : side.front(), {}};
        }
        layout.ipcc->channels.push_back({channel.name, channel.arguments.front()});
    }
    return {};
}

}  // namespace

Result<BoardLayout> read_layout(const DeviceTree& tree, const Stm32mp15Config& config) {
    BoardLayout layout;
    for (const Stm32mp15Config::Region& region : config.regions)
        if (region.memory) layout.reserved.push_back(*region.memory);
    if (!config.tee) {
        RPROC_TRY(add_reset(layout, tree, config.reset));
        if (const auto* const hold = std::get_if<ResetLine>(&config.hold_boot))
            RPROC_TRY(add_reset(layout, tree, *hold));
    }
    RPROC_TRY(add_mailbox(layout, tree, config));
    return layout;
}

}  // namespace rproc::devmem
