// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

class DeviceTree;

/// A node of a device tree. Cheap to copy; shares the ownership of the tree's bytes.
class DeviceTreeNode {
  public:
    /// The name without unit address: "m4" of "m4@10000000" (the kernel's `np->name`).
    [[nodiscard]] std::string name() const;
    /// The full path, "/ahb/m4@10000000"; "?" when it is longer than libfdt's buffer.
    [[nodiscard]] std::string path() const;

    /// The parent; nothing for the root.
    [[nodiscard]] std::optional<DeviceTreeNode> parent() const;
    /// The name with the unit address: "m4@10000000".
    [[nodiscard]] std::string full_name() const;
    /// The children, in the order of the tree.
    [[nodiscard]] std::vector<DeviceTreeNode> children() const;

    /// Whether neither this node nor an ancestor has a `status` other than "okay" or "ok".
    [[nodiscard]] bool enabled() const;
    /// Whether the list `compatible` contains the string.
    [[nodiscard]] bool compatible_with(std::string_view compatible) const;

    /// Whether the node has the property.
    [[nodiscard]] bool has(std::string_view property) const { return raw(property).has_value(); }

    /// Reads a property as 32-bit cells.
    /// @returns the cells, or
    ///   dt_property_missing: the node does not have the property;
    ///   dt_property_malformed: its length is not a multiple of 4.
    [[nodiscard]] Result<std::vector<std::uint32_t>> cells(std::string_view property) const;

    /// Reads a property as a list of strings. Empty without the property, or when it does not end in a zero.
    [[nodiscard]] std::vector<std::string> strings(std::string_view property) const;

    /// Reads the first entry of `reg`, with #address-cells and #size-cells of the parent (1 or 2 each).
    /// @returns the range, or
    ///   dt_property_missing, dt_property_malformed: as `cells`, also when the entry is truncated;
    ///   address_overflow: the range runs past the end of the address space.
    [[nodiscard]] Result<PhysicalRange> reg() const;

    friend bool operator==(const DeviceTreeNode&, const DeviceTreeNode&) = default;

  private:
    friend class DeviceTree;
    using Blob = std::shared_ptr<const std::vector<std::byte>>;

    DeviceTreeNode(Blob blob, int offset) noexcept : blob_(std::move(blob)), offset_(offset) {}

    [[nodiscard]] std::optional<std::span<const std::byte>> raw(std::string_view property) const;

    Blob blob_;
    int offset_;
};

/// A phandle with its arguments: one element of `resets = <&rcc 1>, <&scmi 2 3>;` (the kernel's `struct
/// of_phandle_args`).
struct PhandleArguments {
    DeviceTreeNode node;
    std::vector<std::uint32_t> arguments;
};

/// A flattened device tree (Devicetree Specification, chapter 5), checked completely before use. Cheap to copy: copies
/// share the bytes. Threads: concurrent reads are safe.
class DeviceTree {
  public:
    /// Parses a blob.
    /// @param bytes copied.
    /// @returns the tree, or
    ///   dtb_malformed: libfdt rejects it.
    [[nodiscard]] static Result<DeviceTree> parse(std::span<const std::byte> bytes);

    /// Reads a .dtb file, or /sys/firmware/fdt.
    /// @returns the tree, or the error of `read_firmware_file` (the file), or dtb_malformed.
    [[nodiscard]] static Result<DeviceTree> read(const std::filesystem::path& path);

    /// The root node.
    [[nodiscard]] DeviceTreeNode root() const { return {blob_, 0}; }
    /// The node of that path, or nothing.
    [[nodiscard]] std::optional<DeviceTreeNode> find(std::string_view path) const;
    /// The node with that phandle, or nothing.
    [[nodiscard]] std::optional<DeviceTreeNode> find_phandle(std::uint32_t phandle) const;
    /// All nodes whose `compatible` contains the string, in the order of the tree.
    [[nodiscard]] std::vector<DeviceTreeNode> find_compatible(std::string_view compatible) const;

    /// Reads a property that is a list of phandles with arguments (of_parse_phandle_with_args).
    /// @param cells_property property of the referenced node with the number of arguments, "#reset-cells"; empty for
    ///   references without arguments.
    /// @returns the list, empty without the property, or
    ///   dt_property_malformed: an element is truncated, its phandle belongs to no node, or that node has no
    ///     `cells_property`.
    [[nodiscard]] Result<std::vector<PhandleArguments>> references(const DeviceTreeNode& node,
                                                                   std::string_view property,
                                                                   std::string_view cells_property = {}) const;

  private:
    explicit DeviceTree(DeviceTreeNode::Blob blob) noexcept : blob_(std::move(blob)) {}

    DeviceTreeNode::Blob blob_;
};

}  // namespace rproc::platform
