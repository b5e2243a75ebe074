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

/// A node of a device tree. A small value; it shares the tree's bytes and stays valid for as long as it lives.
class DeviceTreeNode {
  public:
    /// Without the unit address: "m4" of "m4@10000000" (the kernel's `np->name`).
    [[nodiscard]] std::string name() const;
    /// "/ahb/m4@10000000"
    [[nodiscard]] std::string path() const;

    [[nodiscard]] std::optional<DeviceTreeNode> parent() const;
    [[nodiscard]] std::vector<DeviceTreeNode> children() const;

    /// True when neither this node nor one above it is disabled by its `status`.
    [[nodiscard]] bool enabled() const;
    [[nodiscard]] bool compatible_with(std::string_view compatible) const;

    [[nodiscard]] bool has(std::string_view property) const { return raw(property).has_value(); }

    /// The property as 32-bit cells.
    /// @returns the cells, or
    ///   dt_property_missing: there is no such property;
    ///   dt_property_malformed: its length is not a multiple of 4.
    [[nodiscard]] Result<std::vector<std::uint32_t>> cells(std::string_view property) const;

    /// The property as a list of strings; empty without the property, or when it does not end in a zero.
    [[nodiscard]] std::vector<std::string> strings(std::string_view property) const;

    /// The first entry of `reg`, read with the parent's #address-cells and #size-cells (1 or 2 each).
    /// @returns the range, or
    ///   dt_property_missing, dt_property_malformed: as `cells`, also when an entry is cut off;
    ///   address_overflow: it runs past the end of the address space.
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

/// A reference to another node with its arguments: one element of `resets = <&rcc 1>, <&scmi 2 3>;`.
struct PhandleArguments {
    DeviceTreeNode node;
    std::vector<std::uint32_t> arguments;
};

/// A flattened device tree, checked as a whole before anything is read from it. A small value; copies share the bytes.
/// Reading is safe from several threads.
class DeviceTree {
  public:
    /// Copies `bytes`.
    /// @returns the tree, or
    ///   dtb_malformed: libfdt does not accept it.
    [[nodiscard]] static Result<DeviceTree> parse(std::span<const std::byte> bytes);

    /// Reads a .dtb file, or /sys/firmware/fdt.
    /// @returns the tree, or the error of `read_firmware_file` (the file), or dtb_malformed.
    [[nodiscard]] static Result<DeviceTree> read(const std::filesystem::path& path);

    [[nodiscard]] DeviceTreeNode root() const { return {blob_, 0}; }
    [[nodiscard]] std::optional<DeviceTreeNode> find(std::string_view path) const;
    [[nodiscard]] std::optional<DeviceTreeNode> find_phandle(std::uint32_t phandle) const;
    /// All nodes that are compatible, in the order of the tree.
    [[nodiscard]] std::vector<DeviceTreeNode> find_compatible(std::string_view compatible) const;

    /// The nodes that a property points to, each with as many arguments as its `cells_property` says ("#reset-cells");
    /// none when `cells_property` is empty.
    /// @returns the list, empty without the property, or
    ///   dt_property_malformed: an element is cut off, or points to no node, or to one without `cells_property`.
    [[nodiscard]] Result<std::vector<PhandleArguments>> references(const DeviceTreeNode& node,
                                                                   std::string_view property,
                                                                   std::string_view cells_property = {}) const;

  private:
    explicit DeviceTree(DeviceTreeNode::Blob blob) noexcept : blob_(std::move(blob)) {}

    DeviceTreeNode::Blob blob_;
};

}  // namespace rproc::platform
