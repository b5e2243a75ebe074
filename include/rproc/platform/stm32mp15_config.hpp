// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/memory/dma_ranges.hpp"
#include "rproc/platform/device_tree.hpp"
#include "rproc/platform/registers.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

/// What the device tree says of the Cortex-M4 of an STM32MP15 (binding st,stm32-rproc.yaml). Plain data: fill it by
/// hand in a test, or read it from a tree.
struct Stm32mp15Config {
    /// A node of reserved-memory that `memory-region` points to.
    struct Region {
        std::string name;                     ///< of the node, without unit address; becomes the carveout's name
        std::optional<PhysicalRange> memory;  ///< nothing when the node has no usable `reg`; then the boot is refused
    };

    /// A channel of a mailbox controller.
    struct MailboxChannel {
        std::string name;        ///< from mbox-names: "vq0", "vq1", "shutdown", "detach"
        std::string controller;  ///< path of the controller's node
        std::vector<std::uint32_t> arguments;
    };

    std::string name = "m4";
    std::string node_path{};
    std::vector<Region> regions{};
    DmaRanges dma_ranges{};
    ResetLine reset{};
    /// Hold-boot: bits of a system controller, or a second reset line ("hold_boot" in reset-names: SCMI).
    std::variant<SysconField, ResetLine> hold_boot{};
    std::optional<SysconField> trust_zone{};      ///< st,syscfg-tz; set: hold-boot is written by the secure world
    std::optional<SysconField> pdds{};            ///< st,syscfg-pdds: deep sleep
    std::optional<SysconField> m4_state{};        ///< st,syscfg-m4-state: what the bootloader says the core does
    std::optional<SysconField> resource_table{};  ///< st,syscfg-rsc-tbl: where the bootloader put the table
    std::vector<MailboxChannel> mailboxes{};
    std::vector<std::uint32_t> watchdog{};  ///< cells of `interrupts`; empty without a watchdog
    bool wakeup_source = false;
    bool auto_boot = false;                      ///< st,auto-boot
    std::optional<std::string> firmware_name{};  ///< firmware-name; Linux 6.1's driver does not read it

    [[nodiscard]] bool has_mailbox(std::string_view channel) const noexcept;
};

/// The region that Linux keeps for the buffers of the first virtio device: it is never mapped.
inline constexpr std::string_view kBufferRegion = "vdev0buffer";

/// The `compatible` of nodes that `read_stm32mp15` understands.
inline constexpr std::string_view kStm32mp15Compatible = "st,stm32mp1-m4";

/// The one remote processor of a tree, or the one that is named.
/// @param name empty, or the node's name ("m4"), or its path.
/// @returns the node, or
///   dt_node_missing: the tree has none (of that name);
///   dt_node_disabled: there is one, but `status` disables it;
///   dt_node_ambiguous: there are several, and none was named.
[[nodiscard]] Result<DeviceTreeNode> find_stm32mp15(const DeviceTree& tree, std::string_view name = {});

/// Reads a node, with the demands of the kernel's probe (stm32_rproc.c, stm32_rproc_parse_dt).
/// @returns the configuration, or
///   dt_property_missing: dma-ranges of the parent, resets, st,syscfg-holdboot, or st,syscfg-tz;
///   dt_property_malformed: one of the properties is cut off or points nowhere;
///   address_overflow: a window of dma-ranges wraps.
[[nodiscard]] Result<Stm32mp15Config> read_stm32mp15(const DeviceTree& tree, const DeviceTreeNode& node);

}  // namespace rproc::platform
