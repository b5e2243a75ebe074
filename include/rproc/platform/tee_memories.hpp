// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/platform/device_tree.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/result.hpp"

/// The memories of a core that a TEE owns. Linux's node lists only what Linux shares with the firmware (vdev0vring0,
/// vdev0vring1, vdev0buffer, mcu_rsc_table); what the TEE loads is in the TEE's own tree, or is that of the SoC.
namespace rproc::platform {

/// The memories that the TEE may load firmware to:
///   config.tee_tree_memories where there are any; else
///   each memory-region of Linux's node but those of virtio (vdev...), which Linux and the firmware fill, and
///   what these leave of the STM32MP15's RETRAM (da 0) and MCUSRAM (256 KiB at 0x10000000 and, again, at 0x30000000).
/// A range of MCUSRAM that is virtio's is left out at both of its addresses.
[[nodiscard]] std::vector<Stm32mp15Config::TeeMemory> tee_memories(const Stm32mp15Config& config);

/// The parts of `tee_memories` that Linux does not map: those in no memory-region of its node.
[[nodiscard]] std::vector<PhysicalRange> tee_only_memories(const Stm32mp15Config& config);

/// Reads the memories from OP-TEE's own tree as its driver does (stm32_remoteproc.c): `memory-region` of the node that
/// is compatible with st,stm32mp1-m4-tee and enabled, each translated by the one window of the bus's `dma-ranges` that
/// holds it completely; without `dma-ranges` the core sees it at its physical address.
/// @returns the memories, or
///   dt_node_missing: the tree has no such node;
///   dt_property_missing: the node has no memory-region, or a region no reg;
///   dt_property_malformed: memory-region or dma-ranges is malformed;
///   memory_region_untranslatable: no window holds a region, or it is empty: OP-TEE then has no remote processor.
[[nodiscard]] Result<std::vector<Stm32mp15Config::TeeMemory>> read_tee_memories(const DeviceTree& tree);

/// As above, from a .dtb file.
/// @returns also an error of DeviceTree::read.
[[nodiscard]] Result<std::vector<Stm32mp15Config::TeeMemory>> read_tee_memories(const std::filesystem::path& dtb);

}  // namespace rproc::platform
