// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "rproc/core/remote_processor.hpp"
#include "rproc/devmem/dev_mem.hpp"
#include "rproc/devmem/ipcc_mailbox.hpp"
#include "rproc/devmem/registers.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/device_tree.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/tee/backend.hpp"
#include "rproc/tee/device_client.hpp"

/// The Cortex-M4 of the STM32MP15 that the program runs on, with every part on hardware.
namespace rproc::devmem {

/// Where a board's parts are, beyond what the processor's node says itself.
struct BoardLayout {
    std::vector<PhysicalRange> reserved{};  ///< what may be mapped
    std::vector<ResetController> resets{};  ///< empty where a TEE owns the core
    std::optional<IpccLayout> ipcc{};       ///< nothing where the node has no mboxes
};

/// Finds the controllers that `config` refers to.
/// @param tree that `config` was read from.
/// @returns the layout, or
///   reset_unsupported, mailbox_unsupported: a controller is none that can be driven from here;
///   or an error of DeviceTreeNode::reg.
[[nodiscard]] Result<BoardLayout> read_layout(const platform::DeviceTree& tree,
                                              const platform::Stm32mp15Config& config);

template <MemoryOs Os>
using BasicBoard = platform::Stm32mp15<BasicDevMemRegisters<Os>, BasicDevMem<Os>, BasicIpccMailbox<Os>>;

/// The platform, with memory, registers and mailbox of the board.
using Board = BasicBoard<PosixMemoryOs>;

/// The core, loaded by this process from an ELF file.
using BoardM4 = RemoteProcessor<elf::Backend, Board>;
/// The core, loaded and started by the OP-TEE of the board.
using BoardTeeM4 = RemoteProcessor<tee::Backend<tee::DeviceClient>, Board>;

/// Makes the platform of the board, and opens its mailbox. Touches no register of the core.
/// @param pool where memory without a fixed place comes from; see BasicDevMem.
/// @returns the platform, or an error of BasicIpccMailbox::open.
template <MemoryOs Os>
[[nodiscard]] Result<BasicBoard<Os>> open_board(platform::Stm32mp15Config config, const BoardLayout& layout,
                                                MemoryDevice<Os> device,
                                                std::optional<PhysicalRange> pool = std::nullopt) {
    BasicIpccMailbox<Os> mailbox;
    if (layout.ipcc) {
        RPROC_TRY_ASSIGN(mailbox, BasicIpccMailbox<Os>::open(device, *layout.ipcc));
    }
    BasicDevMemRegisters<Os> registers(device, layout.resets);
    return BasicBoard<Os>(std::move(config), std::move(registers),
                          BasicDevMem<Os>(std::move(device), layout.reserved, pool), std::move(mailbox));
}

/// Looks whether everything that a boot or a stop touches can be reached, and changes nothing: maps each memory and
/// each reset register once, and reads each other control register.
/// @returns nothing, or
///   register_secured: the secure world owns hold-boot;
///   or an error of the memory or of the registers, such as devmem_strict or reset_unsupported.
template <MemoryOs Os>
[[nodiscard]] Result<void> check_access(BasicBoard<Os>& board) {
    const platform::Stm32mp15Config& config = board.config();
    for (const platform::Stm32mp15Config::Region& region : config.regions) {
        if (region.memory) RPROC_TRY(board.memory().map(*region.memory));
    }
    if (config.tee) return {};
    if (!config.reset.controller.empty()) RPROC_TRY(board.registers().check_reset(config.reset));
    if (const auto* const line = std::get_if<platform::ResetLine>(&config.hold_boot))
        RPROC_TRY(board.registers().check_reset(*line));
    for (const auto& field : {config.pdds, config.m4_state, config.resource_table}) {
        if (field) RPROC_TRY(board.registers().read(*field));
    }
    const auto* const hold_boot = std::get_if<platform::SysconField>(&config.hold_boot);
    if (hold_boot == nullptr) return {};
    RPROC_TRY(board.registers().read(*hold_boot));
    if (!config.trust_zone) return {};
    RPROC_TRY_ASSIGN(const std::uint32_t secured, board.registers().read(*config.trust_zone));
    return (secured & config.trust_zone->mask) != 0 ? board.registers().secure_write(*hold_boot, 0) : Result<void>{};
}

}  // namespace rproc::devmem
