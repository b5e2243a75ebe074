// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
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
///
/// With `tee`, a TEE loads, starts and stops the core: Linux knows neither its reset nor its hold-boot, its TrustZone,
/// deep-sleep and state bits nor where a bootloader put a table, and those members keep their defaults.
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

    /// Where the node says that the core belongs to the TEE.
    struct TeeReference {
        std::string backend;  ///< path of the TEE's node; empty in the form that has none (up to v19 of the series)
        std::uint32_t id;     ///< what the TEE calls the processor

        friend bool operator==(const TeeReference&, const TeeReference&) = default;
    };

    /// Which of Linux's drivers binds the node. They differ in how they translate addresses.
    enum class Driver {
        stm32_rproc,      ///< by dma-ranges of the bus
        stm32_rproc_tee,  ///< by a table of its own (v20 and v21 of the series only)
    };

    std::string name = "m4";
    std::string node_path{};
    std::optional<TeeReference> tee{};  ///< set: only signed firmware boots, and the TEE loads it
    Driver driver = Driver::stm32_rproc;
    std::vector<Region> regions{};
    DmaRanges dma_ranges{};  ///< of the bus, or the table of the driver that has one
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

    /// Whether the driver refuses a memory region because it runs past the end of the window that it begins in.
    /// stm32_rproc looks at the first byte alone, and never does.
    [[nodiscard]] bool overruns_window(PhysicalRange region) const noexcept;
};

/// The region that Linux keeps for the buffers of the first virtio device: it is never mapped.
inline constexpr std::string_view kBufferRegion = "vdev0buffer";

/// The `compatible` of nodes that `read_stm32mp15` understands: Linux owns the core, or `st,rproc-tee` names the TEE
/// that does; a TEE owns it (v1 to v19, and v21 of the series that brought TEEs to remoteproc); the same (v20).
inline constexpr std::array<std::string_view, 3> kStm32mp15Compatibles{"st,stm32mp1-m4", "st,stm32mp1-m4-tee",
                                                                       "st,stm32mp15-m4-tee"};

/// The one remote processor of a tree, or the one that is named.
/// @param name empty, or the node's name ("m4"), or its path.
/// @returns the node, or
///   dt_node_missing: the tree has none (of that name);
///   dt_node_disabled: there is one, but its `status`, or that of a node above it, disables it;
///   dt_node_ambiguous: there are several, and none was named.
[[nodiscard]] Result<DeviceTreeNode> find_stm32mp15(const DeviceTree& tree, std::string_view name = {});

/// Reads a node, with the demands of the kernel's probe (stm32_rproc.c, stm32_rproc_parse_dt). A core that a TEE owns
/// is described in one of four forms, those of the versions of the series "Introduction of a remoteproc tee to load
/// signed firmware":
///
///     up to v19  st,stm32mp1-m4-tee on the M4's bus; the id is st,proc-id (from v10), else 0
///     v20        st,stm32mp15-m4-tee below a node rproc-service-<UUID>; the id is reg
///     v21        st,stm32mp1-m4-tee anywhere, with rproc-tee-phandle = <&backend id>
///     v22        st,stm32mp1-m4 on the M4's bus, with st,rproc-tee = <&backend id>
///
/// @returns the configuration, or
///   dt_property_missing: dma-ranges of the parent, resets, st,syscfg-holdboot, or st,syscfg-tz; or what leads a node
///     with a -tee compatible to its TEE;
///   dt_property_malformed: one of the properties is cut off or points nowhere, or the reference to the TEE to a node
///     that is none;
///   dt_property_conflict: resets or st,syscfg-holdboot of a core that a TEE owns, or the reference of the other form;
///   dt_node_disabled: the TEE's node is;
///   address_overflow: a window of dma-ranges wraps.
[[nodiscard]] Result<Stm32mp15Config> read_stm32mp15(const DeviceTree& tree, const DeviceTreeNode& node);

}  // namespace rproc::platform
