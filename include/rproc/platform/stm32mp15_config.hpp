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
#include "rproc/platform/kernel_version.hpp"
#include "rproc/platform/registers.hpp"
#include "rproc/platform/reserved_memory.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

/// The description of the Cortex-M4 of an STM32MP15 in the device tree (binding st,stm32-rproc.yaml). Plain data:
/// filled in by a test, or read from a tree.
///
/// With `tee`, a TEE loads, starts and stops the core. Linux then has no access to its reset, hold-boot, TrustZone,
/// deep-sleep and state bits, nor to the address of a bootloader's resource table; those members keep their defaults.
struct Stm32mp15Config {
    using Region = ReservedRegion;

    /// A channel of a mailbox controller.
    struct MailboxChannel {
        std::string name;        ///< from mbox-names: "vq0", "vq1", "shutdown", "detach"
        std::string controller;  ///< path of the controller's node
        std::vector<std::uint32_t> arguments;
    };

    /// The reference to the TEE that owns the core.
    struct TeeReference {
        std::string backend;  ///< path of the TEE's node; empty in the form without one (up to v19 of the series)
        std::uint32_t id;     ///< of the processor in the TEE

        friend bool operator==(const TeeReference&, const TeeReference&) = default;
    };

    /// A memory that the TEE may load firmware to.
    struct TeeMemory {
        std::string name;
        DeviceAddress da;  ///< of the first byte, for the core
        PhysicalRange pa;

        friend bool operator==(const TeeMemory&, const TeeMemory&) = default;
    };

    /// The driver of Linux that binds the node. The drivers differ in their address translation.
    enum class Driver {
        stm32_rproc,      ///< by dma-ranges of the bus
        stm32_rproc_tee,  ///< by a built-in table (only in v20 and v21 of the series)
    };

    KernelVersion kernel = kReferenceKernel;  ///< whose driver reads the node
    std::string name = "m4";
    std::string node_path{};            ///< of its node in the tree
    std::uint32_t phandle = 0;          ///< of its node; 0 without one
    std::optional<TeeReference> tee{};  ///< set if a TEE owns the core: it boots signed firmware only
    /// From the TEE's own tree (`read_tee_memories`); nothing: those of the SoC. `tee_memories` has what applies.
    std::optional<std::vector<TeeMemory>> tee_tree_memories{};
    Driver driver = Driver::stm32_rproc;
    std::vector<Region> regions{};  ///< of memory-region, in its order
    DmaRanges dma_ranges{};         ///< of the bus, or the built-in table of the driver
    ResetLine reset{};              ///< resets; the reset line of the core
    /// Hold-boot: bits of a system controller, or a second reset line ("hold_boot" in reset-names: SCMI).
    std::variant<SysconField, ResetLine> hold_boot{};
    std::optional<SysconField> trust_zone{};  ///< st,syscfg-tz; if set, hold-boot is written through the secure world
    std::optional<SysconField> pdds{};        ///< st,syscfg-pdds: deep sleep
    std::optional<SysconField> m4_state{};    ///< st,syscfg-m4-state: the state of the core, written by the bootloader
    std::optional<SysconField> resource_table{};  ///< st,syscfg-rsc-tbl: address of the bootloader's table
    std::vector<MailboxChannel> mailboxes{};      ///< of mboxes, in their order
    std::vector<std::uint32_t> watchdog{};        ///< cells of `interrupts`; empty without a watchdog
    bool wakeup_source = false;                   ///< wakeup-source
    bool auto_boot = false;                       ///< st,auto-boot
    std::optional<std::string> firmware_name{};   ///< firmware-name; Linux 6.1's driver does not read it

    /// The TEE that owns the core.
    /// @returns it, or
    ///   dt_property_missing: the node references none, because Linux owns the core.
    [[nodiscard]] Result<TeeReference> tee_owner() const;

    /// The file that Linux boots until another one is chosen: `firmware_name`, else "rproc-m4-fw" (rproc_alloc).
    [[nodiscard]] std::string default_firmware() const;

    /// Whether there is a mailbox channel of that name.
    [[nodiscard]] bool has_mailbox(std::string_view channel) const noexcept;

    /// Whether the driver rejects a memory region because it runs past the end of the window that it begins in.
    /// stm32_rproc checks only the first byte, and never rejects one.
    [[nodiscard]] bool overruns_window(PhysicalRange region) const noexcept;
};

/// The region for the buffers of the first virtio device; Linux does not map it.
inline constexpr std::string_view kBufferRegion = "vdev0buffer";

/// The `compatible` strings that `read_stm32mp15` supports. The first: Linux owns the core, or `st,rproc-tee`
/// references the TEE that does. The second: a TEE owns it (v1 to v19, and v21 of the series that adds TEEs to
/// remoteproc). The third: likewise (v20).
inline constexpr std::array<std::string_view, 3> kStm32mp15Compatibles{"st,stm32mp1-m4", "st,stm32mp1-m4-tee",
                                                                       "st,stm32mp15-m4-tee"};

/// Finds a remote processor in a tree.
/// @param name the node's name ("m4"), or its path; empty if there is only one.
/// @returns the node, or
///   dt_node_missing: the tree has none (of that name);
///   dt_node_disabled: its `status`, or that of an ancestor, disables it;
///   dt_node_ambiguous: there are several, and `name` is empty.
[[nodiscard]] Result<DeviceTreeNode> find_stm32mp15(const DeviceTree& tree, std::string_view name = {});

/// Reads a node with the checks of the kernel's probe (stm32_rproc.c, stm32_rproc_parse_dt). A core that a TEE owns is
/// described in one of four forms, from the versions of the series "Introduction of a remoteproc tee to load signed
/// firmware":
///
///     up to v19  st,stm32mp1-m4-tee on the M4's bus; the id is st,proc-id (from v10), else 0
///     v20        st,stm32mp15-m4-tee below a node rproc-service-<UUID>; the id is reg
///     v21        st,stm32mp1-m4-tee anywhere, with rproc-tee-phandle = <&backend id>
///     v22        st,stm32mp1-m4 on the M4's bus, with st,rproc-tee = <&backend id>
///
/// @param kernel whose driver reads the node. Nothing: kReferenceKernel, or kHoldBootAsReset where only that and later
///   ones take the node (no st,syscfg-tz, or hold-boot as a reset line).
/// @returns the configuration, or
///   dt_reset_missing: it has no resets;
///   dt_field_cut_off: st,syscfg-holdboot or st,syscfg-tz has fewer than three cells;
///   dt_property_missing: dma-ranges of the parent, st,syscfg-holdboot, or st,syscfg-tz (before
///     kHoldBootAsReset) is missing; or a node with a -tee compatible has no reference to its TEE; or a bus above the
///     node has no compatible;
///   dt_property_malformed: a property that the driver needs is truncated or references no node, or the reference to
///   the TEE names a node
///     that is no TEE;
///   dt_property_conflict: a core that a TEE owns has resets or st,syscfg-holdboot, or the reference of another form;
///   dt_node_disabled: the node of the TEE, of a reset or of a mailbox is disabled;
///   address_overflow: a window of dma-ranges wraps.
[[nodiscard]] Result<Stm32mp15Config> read_stm32mp15(const DeviceTree& tree, const DeviceTreeNode& node,
                                                     std::optional<KernelVersion> kernel = {});

}  // namespace rproc::platform
