// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/stm32mp15_config.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platform/stm32mp15_tee.hpp"

namespace rproc::platform {
namespace {

/// The error of a property that violates the binding. Both texts have static storage.
Error bad_property(const DeviceTreeNode& node, std::string_view property, std::string_view message,
                   std::string_view kernel_line = {}) {
    return Error::of({.code = ErrorCode::dt_property_malformed,
                      .message = message,
                      .kernel_line = kernel_line,
                      .hint = "compare the node with the binding st,stm32-rproc.yaml"},
                     place::Node{node.path(), property}, {});
}

/// Reads `<&controller offset mask>`. The kernel reads the two cells directly, regardless of the #cells property of the
/// controller.
Result<SysconField> read_syscon(const DeviceTree& tree, const DeviceTreeNode& node, std::string_view property,
                                std::string_view kernel_line) {
    auto cells = node.cells(property);
    if (!cells) {
        cells.error().set_kernel_line(kernel_line);
        return fail(std::move(cells).error());
    }
    if (cells->size() < 3) {
        Error cut_off(ErrorCode::dt_field_cut_off, place::Node{node.path(), property});
        cut_off.set_kernel_line(kernel_line);
        return fail(std::move(cut_off));
    }
    const auto controller = tree.find_phandle((*cells)[0]);
    if (!controller) return fail(bad_property(node, property, "points to no node", kernel_line));
    if (!controller->compatible_with("syscon"))
        return fail(
            bad_property(node, property, "points to a node that is not compatible with \"syscon\"", kernel_line));
    RPROC_TRY_ASSIGN(const auto memory, controller->reg());
    return SysconField{memory.start(), (*cells)[1], (*cells)[2]};
}

/// The same for a field that the driver can do without: it says so, and goes on.
std::optional<SysconField> optional_syscon(const DeviceTree& tree, const DeviceTreeNode& node,
                                           std::string_view property) {
    const auto field = read_syscon(tree, node, property, {});
    return field ? std::optional(*field) : std::nullopt;
}

constexpr ErrorText kProviderDisabled{
    .code = ErrorCode::dt_node_disabled,
    .message = "is disabled, and {0} of the remote processor refers to it: Linux waits for it without end",
    .hint = "set status = \"okay\" there"};

/// Linux does not probe the processor before the driver of what it refers to.
Result<void> refuse_disabled(const DeviceTreeNode& provider, std::string_view property) {
    if (provider.enabled()) return {};
    return fail(kProviderDisabled, place::Node{provider.path()}, property);
}

Result<void> read_dma_ranges(Stm32mp15Config& config, const DeviceTreeNode& node) {
    const DeviceTreeNode bus = node.parent().value_or(node);
    constexpr std::string_view kMissing = "stm32_rproc_of_memory_translations: dma-ranges property not defined";
    auto cells = bus.cells("dma-ranges");
    if (!cells) {
        cells.error().set_kernel_line(kMissing);
        cells.error().set_hint(
            "add to the parent of the node: dma-ranges = <0x00000000 0x38000000 0x10000>, <0x10000000 0x10000000 "
            "0x60000>, <0x30000000 0x30000000 0x60000>");
        return fail(std::move(cells).error());
    }
    if (cells->empty() || cells->size() % 3 != 0) {
        return fail(bad_property(bus, "dma-ranges", "must be a list of <da pa size>", kMissing));
    }
    for (std::size_t i = 0; i < cells->size(); i += 3) {
        RPROC_TRY(config.dma_ranges.add(DeviceAddress((*cells)[i]), PhysicalAddress((*cells)[i + 1]), (*cells)[i + 2]));
    }
    return {};
}

ResetLine as_reset_line(const PhandleArguments& reference) {
    return {reference.node.path(), reference.arguments.empty() ? 0 : reference.arguments.front()};
}

Error with_hint(Error error, std::string_view hint) {
    error.set_hint(hint);
    return error;
}

constexpr std::string_view kAddHoldBoot = "add st,syscfg-holdboot = <&rcc 0x10C 0x1>";

Result<SysconField> read_holdboot_field(const DeviceTree& tree, const DeviceTreeNode& node) {
    auto field = read_syscon(tree, node, "st,syscfg-holdboot", "failed to get hold boot");
    if (field) return field;
    return fail(with_hint(std::move(field).error(), kAddHoldBoot));
}

/// Linux 6.1: the first reset line is the core's, and both fields are needed.
Result<void> read_hold_boot_of_61(Stm32mp15Config& config, const DeviceTree& tree, const DeviceTreeNode& node,
                                  const std::vector<PhandleArguments>& resets) {
    config.reset = as_reset_line(resets.front());
    auto trust_zone = read_syscon(tree, node, "st,syscfg-tz", "failed to get tz syscfg");
    if (!trust_zone)
        return fail(with_hint(std::move(trust_zone).error(),
                              "add st,syscfg-tz = <&rcc 0x000 0x1>; Linux 6.5 and later do without it: --kernel 6.5"));
    config.trust_zone = *trust_zone;
    RPROC_TRY_ASSIGN(config.hold_boot, read_holdboot_field(tree, node));
    return {};
}

/// The reset line of that name; null without one.
const PhandleArguments* find_reset(const DeviceTreeNode& node, const std::vector<PhandleArguments>& resets,
                                   std::string_view name) {
    const auto names = node.strings("reset-names");
    const auto found = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    return found < std::min(names.size(), resets.size()) ? &resets[found] : nullptr;
}

/// Later ones: by their names; hold-boot is a reset line or a field.
Result<void> read_hold_boot(Stm32mp15Config& config, const DeviceTree& tree, const DeviceTreeNode& node,
                            const std::vector<PhandleArguments>& resets) {
    const PhandleArguments* const core = find_reset(node, resets, "mcu_rst");
    config.reset = as_reset_line(core != nullptr ? *core : resets.front());
    if (const PhandleArguments* const hold = find_reset(node, resets, "hold_boot")) {
        config.hold_boot = as_reset_line(*hold);
        return {};
    }
    config.trust_zone = optional_syscon(tree, node, "st,syscfg-tz");
    RPROC_TRY_ASSIGN(config.hold_boot, read_holdboot_field(tree, node));
    return {};
}

/// The oldest driver that can take the node.
KernelVersion oldest_kernel_for(const DeviceTreeNode& node) {
    const bool has_fields = node.has("st,syscfg-tz") && node.has("st,syscfg-holdboot");
    const auto names = node.strings("reset-names");
    const bool has_hold_boot = node.has("st,syscfg-holdboot") || std::ranges::count(names, "hold_boot") != 0;
    return !has_fields && has_hold_boot ? kHoldBootAsReset : kReferenceKernel;
}

Result<void> read_resets(Stm32mp15Config& config, const DeviceTree& tree, const DeviceTreeNode& node) {
    RPROC_TRY_ASSIGN(const auto resets, tree.references(node, "resets", "#reset-cells"));
    if (resets.empty()) {
        return fail(ErrorCode::dt_reset_missing, place::Node{node.path()});
    }
    for (const PhandleArguments& reference : resets) RPROC_TRY(refuse_disabled(reference.node, "resets"));
    return config.kernel < kHoldBootAsReset ? read_hold_boot_of_61(config, tree, node, resets)
                                            : read_hold_boot(config, tree, node, resets);
}

/// Reads the properties with which Linux starts and stops the core.
Result<void> read_core_control(Stm32mp15Config& config, const DeviceTree& tree, const DeviceTreeNode& node) {
    RPROC_TRY(read_resets(config, tree, node));
    config.pdds = optional_syscon(tree, node, "st,syscfg-pdds");
    config.m4_state = optional_syscon(tree, node, "st,syscfg-m4-state");
    config.resource_table = optional_syscon(tree, node, "st,syscfg-rsc-tbl");
    return {};
}

constexpr ErrorText kNoBus{.code = ErrorCode::dt_property_missing,
                           .message = "has no compatible: Linux makes no devices of its children, so not of {0}",
                           .hint = "add compatible = \"simple-bus\""};

/// Linux makes devices of the children of buses that it knows by their `compatible`.
Result<void> refuse_unknown_bus(const DeviceTreeNode& node) {
    for (auto bus = node.parent(); bus && bus->parent(); bus = bus->parent())
        if (!bus->has("compatible")) return fail(kNoBus, place::Node{bus->path(), "compatible"}, node.full_name());
    return {};
}

/// Reads the owner of the core, and its address translation.
Result<void> read_owner(Stm32mp15Config& config, const DeviceTree& tree, const DeviceTreeNode& node) {
    RPROC_TRY_ASSIGN(const auto tee, read_tee_binding(tree, node));
    if (!tee) {
        RPROC_TRY(refuse_unknown_bus(node));
        RPROC_TRY(read_core_control(config, tree, node));
        return read_dma_ranges(config, node);
    }
    config.tee = tee->reference;
    config.driver = tee->driver;
    if (config.driver == Stm32mp15Config::Driver::stm32_rproc) return read_dma_ranges(config, node);
    return add_driver_windows(config.dma_ranges);
}

/// The driver does without a channel that it cannot have.
Result<void> read_mailboxes(Stm32mp15Config& config, const DeviceTree& tree, const DeviceTreeNode& node) {
    const auto references = tree.references(node, "mboxes", "#mbox-cells");
    const auto names = node.strings("mbox-names");
    if (!references) return {};
    for (std::size_t i = 0; i < std::min(names.size(), references->size()); ++i) {
        const PhandleArguments& reference = (*references)[i];
        RPROC_TRY(refuse_disabled(reference.node, "mboxes"));
        config.mailboxes.push_back({names[i], reference.node.path(), reference.arguments});
    }
    return {};
}

constexpr std::string_view kOtherTree = "give the device tree of an STM32MP15 board, or another --node";
constexpr ErrorText kNoProcessor{
    .code = ErrorCode::dt_node_missing, .message = "has no node compatible with {0}", .hint = kOtherTree};
constexpr ErrorText kNoneOfThatName{
    .code = ErrorCode::dt_node_missing, .message = "has no remote processor \"{0}\"{1}{2}", .hint = kOtherTree};
constexpr ErrorText kDisabled{.code = ErrorCode::dt_node_disabled,
                              .message = "is disabled: Linux does not register a remote processor for it",
                              .hint = "set status = \"okay\" in the board's device tree, and give it a memory-region"};
constexpr ErrorText kDisabledAbove{.code = ErrorCode::dt_node_disabled,
                                   .message = "is disabled with {0}: Linux does not register a remote processor for it",
                                   .hint = "set status = \"okay\" in the board's device tree, at {0}"};

constexpr ErrorText kNoOwner{.code = ErrorCode::dt_property_missing,
                             .message = "references no TEE: Linux owns the core",
                             .hint = "boot it without a TEE, or add st,rproc-tee = <&tee_rproc 0> to the node"};

/// Lists each node once, also if several of its compatibles match.
std::vector<DeviceTreeNode> all_processors(const DeviceTree& tree) {
    std::vector<DeviceTreeNode> nodes;
    for (const std::string_view compatible : kStm32mp15Compatibles) {
        for (const DeviceTreeNode& node : tree.find_compatible(compatible))
            if (std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(node);
    }
    return nodes;
}

/// The topmost node whose `status` disables `node`.
DeviceTreeNode disabled_by(DeviceTreeNode node) {
    for (auto above = node.parent(); above && !above->enabled(); above = node.parent()) node = *above;
    return node;
}

Error disabled(const DeviceTreeNode& node) {
    const DeviceTreeNode cause = disabled_by(node);
    if (cause == node) return Error(kDisabled, place::Node{node.path()});
    return Error(kDisabledAbove, place::Node{node.path()}, cause.path());
}

std::string list_paths(std::span<const DeviceTreeNode> nodes) {
    std::string list;
    for (const DeviceTreeNode& node : nodes) list += (list.empty() ? "" : ", ") + node.path();
    return list;
}

Error no_such_node(std::string_view name, std::span<const DeviceTreeNode> seen) {
    const Place where = place::DeviceTree{};
    if (name.empty()) {
        std::string compatibles;
        for (const std::string_view each : kStm32mp15Compatibles)
            compatibles.append(compatibles.empty() ? "" : " or ").append(each);
        return Error(kNoProcessor, where, compatibles);
    }
    return Error(kNoneOfThatName, where, name, seen.empty() ? "" : "; it has ", list_paths(seen));
}

}  // namespace

Result<Stm32mp15Config::TeeReference> Stm32mp15Config::tee_owner() const {
    if (!tee) return fail(kNoOwner, place::Node{node_path});
    return *tee;
}

std::string Stm32mp15Config::default_firmware() const {
    return firmware_name ? *firmware_name : "rproc-" + name + "-fw";
}

bool Stm32mp15Config::has_mailbox(std::string_view channel) const noexcept {
    return std::ranges::find(mailboxes, channel, &MailboxChannel::name) != mailboxes.end();
}

bool Stm32mp15Config::overruns_window(PhysicalRange region) const noexcept {
    if (driver == Driver::stm32_rproc) return false;
    for (const DmaRanges::Window& window : dma_ranges.windows()) {
        const auto physical = PhysicalRange::make(window.physical, window.device.size());
        if (physical->contains(region.start())) return !physical->contains(region);
    }
    return false;
}

Result<DeviceTreeNode> find_stm32mp15(const DeviceTree& tree, std::string_view name) {
    const auto all = all_processors(tree);
    std::vector<DeviceTreeNode> wanted;
    std::ranges::copy_if(all, std::back_inserter(wanted), [&](const DeviceTreeNode& node) {
        return name.empty() || node.name() == name || node.path() == name;
    });
    if (wanted.empty()) return fail(no_such_node(name, all));
    const DeviceTreeNode first = wanted.front();
    std::erase_if(wanted, [](const DeviceTreeNode& node) { return !node.enabled(); });
    if (wanted.empty()) return fail(disabled(first));
    if (wanted.size() > 1) {
        return fail(ErrorCode::dt_node_ambiguous, place::DeviceTree{}, list_paths(wanted));
    }
    return wanted.front();
}

Result<Stm32mp15Config> read_stm32mp15(const DeviceTree& tree, const DeviceTreeNode& node,
                                       std::optional<KernelVersion> kernel) {
    Stm32mp15Config config;
    config.kernel = kernel ? *kernel : node.has("resets") ? oldest_kernel_for(node) : kReferenceKernel;
    config.name = node.name();
    config.node_path = node.path();
    if (const auto phandle = node.cells("phandle"); phandle && !phandle->empty()) config.phandle = phandle->front();
    RPROC_TRY(read_owner(config, tree, node));
    RPROC_TRY_ASSIGN(config.regions, read_reserved_regions(tree, node));
    RPROC_TRY(read_mailboxes(config, tree, node));
    if (const auto interrupts = node.cells("interrupts")) config.watchdog = *interrupts;
    config.wakeup_source = node.has("wakeup-source");
    config.auto_boot = node.has("st,auto-boot");
    if (auto names = node.strings("firmware-name"); !names.empty()) config.firmware_name = std::move(names.front());
    return config;
}

}  // namespace rproc::platform
