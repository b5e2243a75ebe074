// SPDX-License-Identifier: BSD-2-Clause
#include "platform/stm32mp15_tee.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rproc::platform {
namespace {

using Driver = Stm32mp15Config::Driver;

/// The compatible of the backend's node, with the UUID of OP-TEE's remoteproc application.
constexpr std::string_view kBackend = "80a4c275-0a47-4905-8285-1486a9771a08";
/// The compatible of the backend's node in v20 of the series.
constexpr std::string_view kService = "rproc-service-80a4c275-0a47-4905-8285-1486a9771a08";

/// A property that references the backend, and the lines that its driver prints on errors.
struct ReferenceForm {
    std::string_view property;
    Driver driver;
    std::string_view incomplete;
    std::string_view dangling;
    std::string_view no_backend;
};

constexpr ReferenceForm kPhandleForm{.property = "rproc-tee-phandle",
                                     .driver = Driver::stm32_rproc_tee,
                                     .incomplete = "failed to parse remoteproc-backend (-22)",
                                     .dangling = "signed firmware not supported by TEE",
                                     .no_backend = "signed firmware not supported by TEE"};
// Its driver treats a dangling phandle like a missing property, and continues with the resets.
constexpr ReferenceForm kPropertyForm{.property = "st,rproc-tee",
                                      .driver = Driver::stm32_rproc,
                                      .incomplete = "failed to parse st,rproc-tee",
                                      .dangling = "failed to get mcu_reset",
                                      .no_backend = ""};

constexpr ErrorText kBackendDisabled{.code = ErrorCode::dt_node_disabled,
                                     .message = "is disabled: Linux does not register a remote processor for {0}",
                                     .hint = "set status = \"okay\" there, or delete the property"};
constexpr ErrorText kNoReference{
    .code = ErrorCode::dt_property_missing,
    .message =
        "has no property {0}, and stands neither below a node compatible with {1} nor on the M4's bus: nothing says "
        "which TEE owns the core",
    .kernel_line = "failed to parse remoteproc-backend (-2)",
    .hint = "add {0} = <&tee_rproc 0>"};
constexpr ErrorText kTwoOwners{.code = ErrorCode::dt_property_conflict,
                               .message = "cannot be combined with {0}: the TEE resets and holds the core, not Linux",
                               .hint = "write /delete-property/ {1};"};
constexpr ErrorText kOtherForm{.code = ErrorCode::dt_property_conflict,
                               .message = "is not read with this compatible ({0}): that takes {1}",
                               .hint = "rename the property to {1}, or change the compatible"};

/// The texts are of static storage.
Error malformed(const DeviceTreeNode& node, std::string_view property, const ErrorText& text,
                std::span<const TextArgument> arguments = {}) {
    return Error::of(text, place::Node{node.path(), property}, arguments);
}

bool is_tee_compatible(const DeviceTreeNode& node) {
    return std::ranges::any_of(kStm32mp15Compatibles, [&](std::string_view compatible) {
        return compatible.ends_with("-tee") && node.compatible_with(compatible);
    });
}

std::string describe(const DeviceTreeNode& backend) {
    const auto compatibles = backend.strings("compatible");
    if (compatibles.empty()) return fmt::format("{} (without compatible)", backend.path());
    return fmt::format("{} (compatible with {})", backend.path(), fmt::join(compatibles, ", "));
}

Result<TeeBinding> follow(const DeviceTree& tree, const DeviceTreeNode& node, const ReferenceForm& form) {
    // {0} is the property, {1} the backend's compatible; the rest is the message's.
    const auto refuse = [&](std::string_view message, std::string_view kernel_line, TextArgument what = "") {
        const TextArgument arguments[]{form.property, kBackend, what};
        return fail(malformed(node, form.property,
                              {.code = ErrorCode::dt_property_malformed,
                               .message = message,
                               .kernel_line = kernel_line,
                               .hint = "write {0} = <&tee_rproc 0>, with tee_rproc a node compatible with \"{1}\""},
                              arguments));
    };
    RPROC_TRY_ASSIGN(const auto cells, node.cells(form.property));
    if (cells.empty()) return refuse("is empty: it needs <&backend id>", form.incomplete);
    if (cells.size() < 2) return refuse("ends before the processor's id: it needs <&backend id>", form.incomplete);
    const auto backend = tree.find_phandle(cells[0]);
    if (!backend) return refuse("phandle {2:#x} points to no node", form.dangling, cells[0]);
    if (!backend->compatible_with(kBackend)) {
        const std::string found = describe(*backend);
        return refuse("points to {2}, which is no TEE backend", form.no_backend, found);
    }
    if (!backend->enabled()) {
        return fail(kBackendDisabled, place::Node{backend->path()}, node.path());
    }
    return TeeBinding{{.backend = backend->path(), .id = cells[1]}, form.driver};
}

/// The first cell of a property that must have one.
/// @param kernel_line, hint of static storage.
Result<std::uint32_t> first_cell(const DeviceTreeNode& node, std::string_view property, std::string_view kernel_line,
                                 std::string_view hint) {
    auto cells = node.cells(property);
    if (cells && !cells->empty()) return cells->front();
    const std::string path = node.path();
    const TextArgument arguments[]{property, path};
    if (cells) {
        return fail(malformed(node, property,
                              {.code = ErrorCode::dt_property_malformed,
                               .message = "is empty: it must be the processor's id",
                               .kernel_line = kernel_line,
                               .hint = hint},
                              arguments));
    }
    ErrorText text = text_of(cells.error().code());
    if (cells.error().code() == ErrorCode::dt_property_malformed) text.message = "is not a list of 32-bit cells";
    text.kernel_line = kernel_line;
    text.hint = hint;
    return fail(Error::of(text, cells.error().place(), arguments));
}

/// v20: the node is a child of the TEE's.
Result<TeeBinding> read_service_child(const DeviceTreeNode& node, const DeviceTreeNode& service) {
    RPROC_TRY_ASSIGN(const auto id, first_cell(node, "reg", "invalid reg on {1}",
                                               "write reg = <0>: the id by which the TEE knows the processor"));
    return TeeBinding{{.backend = service.path(), .id = id}, Driver::stm32_rproc_tee};
}

/// Up to v19: the compatible implies the TEE. Before v10 there was a single processor, and no property for its id.
Result<TeeBinding> read_bus_node(const DeviceTreeNode& node) {
    constexpr std::string_view kId = "st,proc-id";
    if (!node.has(kId)) return TeeBinding{{}, Driver::stm32_rproc};
    RPROC_TRY_ASSIGN(const auto id, first_cell(node, kId, "failed to read st,rproc-id property",
                                               "write st,proc-id = <0>: the id by which the TEE knows the processor"));
    return TeeBinding{{.backend = {}, .id = id}, Driver::stm32_rproc};
}

/// A node with a compatible that ends in -tee and no reference.
Result<TeeBinding> read_by_place(const DeviceTreeNode& node) {
    const auto above = node.parent();
    if (above && above->compatible_with(kService)) return read_service_child(node, *above);
    if (node.has("st,proc-id") || (above && above->has("dma-ranges"))) return read_bus_node(node);
    return fail(kNoReference, place::Node{node.path()}, kPhandleForm.property, kService);
}

/// Properties for the control of a core by Linux, which a core of a TEE must not have.
Result<void> refuse_core_control(const DeviceTreeNode& node) {
    const std::string_view owner = is_tee_compatible(node) ? "a compatible that ends in -tee" : kPropertyForm.property;
    for (const std::string_view property : {"resets", "st,syscfg-holdboot"}) {
        if (node.has(property)) return fail(kTwoOwners, place::Node{node.path(), property}, owner, property);
    }
    return {};
}

Error wrong_form(const DeviceTreeNode& node, const ReferenceForm& found, const ReferenceForm& wanted) {
    std::string compatibles;
    for (const std::string& each : node.strings("compatible"))
        compatibles.append(compatibles.empty() ? "" : ", ").append(each);
    return Error(kOtherForm, place::Node{node.path(), found.property}, compatibles, wanted.property);
}

}  // namespace

Result<std::optional<TeeBinding>> read_tee_binding(const DeviceTree& tree, const DeviceTreeNode& node) {
    const bool by_compatible = is_tee_compatible(node);
    const ReferenceForm& wanted = by_compatible ? kPhandleForm : kPropertyForm;
    const ReferenceForm& other = by_compatible ? kPropertyForm : kPhandleForm;
    const bool refers = node.has(wanted.property);
    if (!refers && node.has(other.property)) return fail(wrong_form(node, other, wanted));
    if (!refers && !by_compatible) return std::nullopt;
    RPROC_TRY(refuse_core_control(node));
    RPROC_TRY_ASSIGN(auto binding, refers ? follow(tree, node, wanted) : read_by_place(node));
    return std::optional(std::move(binding));
}

Result<void> add_driver_windows(DmaRanges& ranges) {
    // The driver translates RETRAM, which the M4 sees at 0, and maps every other address to itself. The first matching
    // window wins, so that the second one stands for all other addresses.
    RPROC_TRY(ranges.add(DeviceAddress(0), PhysicalAddress(0x38000000), 0x10000));
    return ranges.add(DeviceAddress(0), PhysicalAddress(0), std::uint64_t{1} << 32U);
}

}  // namespace rproc::platform
