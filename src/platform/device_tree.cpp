// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/device_tree.hpp"

#include <libfdt.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "rproc/internal/bytes.hpp"

#include "rproc/firmware/source.hpp"

namespace rproc::platform {
namespace {

/// The largest length of a path. libfdt rejects a longer one, which is printed as "?".
constexpr int kLongestPath = 1024;

constexpr ErrorText malformed(std::string_view message) {
    return {.code = ErrorCode::dt_property_malformed,
            .message = message,
            .hint = "compare the node with its binding document"};
}
constexpr ErrorText kNotOneOrTwo = malformed("must be 1 or 2");
constexpr ErrorText kNoCells = malformed("is not a list of 32-bit cells");
constexpr ErrorText kCutOff = malformed("is cut off");
constexpr ErrorText kDanglingPhandle = malformed("phandle {0:#x} points to no node");
constexpr ErrorText kReferenceCutOff = malformed("the last reference is cut off");

std::uint32_t big_endian(std::span<const std::byte> bytes) noexcept {
    std::uint32_t value = 0;
    for (const std::byte b : bytes.first(4)) value = (value << 8U) | std::to_integer<std::uint32_t>(b);
    return value;
}

/// #address-cells or #size-cells of a node: 1 or 2, with the defaults of the specification.
Result<std::uint32_t> cell_count(const DeviceTreeNode& node, std::string_view property, std::uint32_t absent) {
    if (!node.has(property)) return absent;
    RPROC_TRY_ASSIGN(const auto cells, node.cells(property));
    if (cells.size() == 1 && (cells[0] == 1 || cells[0] == 2)) return cells[0];
    return fail(kNotOneOrTwo, place::Node{node.path(), property});
}

/// One or two cells as a number.
std::uint64_t join(std::span<const std::uint32_t> cells) noexcept {
    std::uint64_t value = 0;
    for (const std::uint32_t cell : cells) value = (value << 32U) | cell;
    return value;
}

}  // namespace

std::string DeviceTreeNode::full_name() const {
    int length = 0;
    const char* const name = fdt_get_name(blob_->data(), offset_, &length);
    return name == nullptr ? std::string() : std::string(name, static_cast<std::size_t>(length));
}

std::string DeviceTreeNode::name() const {
    std::string full = full_name();
    full.resize(std::min(full.size(), full.find('@')));
    return full;
}

std::string DeviceTreeNode::path() const {
    std::string path(kLongestPath, '\0');
    if (fdt_get_path(blob_->data(), offset_, path.data(), kLongestPath) != 0) return "?";
    path.resize(path.find('\0'));
    return path;
}

std::optional<DeviceTreeNode> DeviceTreeNode::parent() const {
    const int parent = fdt_parent_offset(blob_->data(), offset_);
    if (parent < 0) return std::nullopt;
    return DeviceTreeNode(blob_, parent);
}

std::vector<DeviceTreeNode> DeviceTreeNode::children() const {
    std::vector<DeviceTreeNode> nodes;
    for (int child = fdt_first_subnode(blob_->data(), offset_); child >= 0;
         child = fdt_next_subnode(blob_->data(), child))
        nodes.push_back(DeviceTreeNode(blob_, child));
    return nodes;
}

bool DeviceTreeNode::enabled() const {
    const auto status = strings("status");
    if (!status.empty() && status.front() != "okay" && status.front() != "ok") return false;
    const auto above = parent();
    return !above || above->enabled();
}

bool DeviceTreeNode::compatible_with(std::string_view compatible) const {
    return std::ranges::count(strings("compatible"), compatible) != 0;
}

std::optional<std::span<const std::byte>> DeviceTreeNode::raw(std::string_view property) const {
    int length = 0;
    const void* const data =
        fdt_getprop_namelen(blob_->data(), offset_, property.data(), static_cast<int>(property.size()), &length);
    if (data == nullptr || length < 0) return std::nullopt;
    return std::span(static_cast<const std::byte*>(data), static_cast<std::size_t>(length));
}

Result<std::vector<std::uint32_t>> DeviceTreeNode::cells(std::string_view property) const {
    const auto bytes = raw(property);
    if (!bytes) {
        return fail(ErrorCode::dt_property_missing, place::Node{path()}, property);
    }
    if (bytes->size() % 4 != 0) return fail(kNoCells, place::Node{path(), property});
    std::vector<std::uint32_t> cells;
    cells.reserve(bytes->size() / 4);
    for (std::size_t i = 0; i < bytes->size(); i += 4) cells.push_back(big_endian(bytes->subspan(i)));
    return cells;
}

std::vector<std::string> DeviceTreeNode::strings(std::string_view property) const {
    std::vector<std::string> list;
    const auto bytes = raw(property);
    if (!bytes || bytes->empty() || bytes->back() != std::byte{0}) return list;
    std::string text;
    for (const std::byte b : *bytes) {
        if (b != std::byte{0}) {
            text.push_back(std::to_integer<char>(b));
            continue;
        }
        list.push_back(std::exchange(text, {}));
    }
    return list;
}

Result<PhysicalRange> DeviceTreeNode::reg() const {
    RPROC_TRY_ASSIGN(const auto all, cells("reg"));
    const DeviceTreeNode bus = parent().value_or(*this);
    RPROC_TRY_ASSIGN(const auto address_cells, cell_count(bus, "#address-cells", 2));
    RPROC_TRY_ASSIGN(const auto size_cells, cell_count(bus, "#size-cells", 1));
    const std::span<const std::uint32_t> rest(all);
    if (rest.size() < address_cells + size_cells) return fail(kCutOff, place::Node{path(), "reg"});
    const PhysicalAddress start(join(rest.first(address_cells)));
    const auto range = PhysicalRange::make(start, join(rest.subspan(address_cells, size_cells)));
    if (range) return *range;
    return fail(ErrorCode::address_overflow, place::Node{path(), "reg"});
}

namespace {

/// @returns the big-endian cell at an offset, or nothing outside of the bytes.
std::optional<std::uint32_t> cell_at(std::span<const std::byte> bytes, std::uint64_t offset) noexcept {
    if (!internal::fits(offset, FDT_TAGSIZE, bytes.size())) return std::nullopt;
    return big_endian(internal::slice(bytes, offset));
}

/// Whether every property of the structure block ends inside it. Required by a defect of libfdt 1.6.1: a property whose
/// length makes the sum of its signed arithmetic negative moves it backwards, and fdt_check_full never returns.
bool properties_end(std::span<const std::byte> blob) noexcept {
    constexpr std::uint32_t kFirstWithSize = 17;  // the version of the format
    const auto version = cell_at(blob, offsetof(fdt_header, version));
    const auto start = cell_at(blob, offsetof(fdt_header, off_dt_struct));
    auto size = cell_at(blob, offsetof(fdt_header, size_dt_struct));
    if (!version || !start || !size || *start > blob.size()) return false;
    if (*version < kFirstWithSize) size = static_cast<std::uint32_t>(blob.size() - *start);
    if (!internal::fits(*start, *size, blob.size())) return false;
    const auto block = blob.subspan(*start, *size);
    std::size_t at = 0;
    for (auto tag = cell_at(block, at); tag && *tag != FDT_END; tag = cell_at(block, at)) {
        at += FDT_TAGSIZE;
        if (*tag == FDT_BEGIN_NODE) {
            while (at < block.size() && block[at] != std::byte{0}) ++at;
            ++at;
        } else if (*tag == FDT_PROP) {
            const auto length = cell_at(block, at);
            if (!length || !internal::fits(at, 2 * FDT_TAGSIZE + std::uint64_t{*length}, block.size())) return false;
            at += 2 * FDT_TAGSIZE + *length;
        }
        at = (at + FDT_TAGSIZE - 1) / FDT_TAGSIZE * FDT_TAGSIZE;
    }
    return true;
}

}  // namespace

Result<DeviceTree> DeviceTree::parse(std::span<const std::byte> bytes) {
    auto blob = std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
    // fdt_check_full reads the header before it checks the size.
    const bool has_header = blob->size() >= sizeof(fdt_header) && blob->size() <= std::numeric_limits<int>::max();
    int status = -FDT_ERR_TRUNCATED;
    if (has_header) status = properties_end(*blob) ? fdt_check_full(blob->data(), blob->size()) : -FDT_ERR_BADSTRUCTURE;
    if (status == 0) return DeviceTree(std::move(blob));
    return fail(ErrorCode::dtb_malformed, place::DeviceTree{}, bytes.size(), fdt_strerror(status));
}

Result<DeviceTree> DeviceTree::read(const std::filesystem::path& path) {
    auto file = read_firmware_file(path);
    if (!file) {
        file.error().set_kernel_line("");
        if (file.error().code() != ErrorCode::firmware_changed) file.error().set_hint("give the path of a .dtb file");
        return fail(std::move(file).error());
    }
    auto tree = parse(file->bytes());
    if (!tree) tree.error().set_place(place::File{path.native()});
    return tree;
}

std::optional<DeviceTreeNode> DeviceTree::find(std::string_view path) const {
    const int offset = fdt_path_offset_namelen(blob_->data(), path.data(), static_cast<int>(path.size()));
    if (offset < 0) return std::nullopt;
    return DeviceTreeNode(blob_, offset);
}

std::optional<DeviceTreeNode> DeviceTree::find_phandle(std::uint32_t phandle) const {
    const int offset = fdt_node_offset_by_phandle(blob_->data(), phandle);
    if (offset < 0) return std::nullopt;
    return DeviceTreeNode(blob_, offset);
}

std::vector<DeviceTreeNode> DeviceTree::find_compatible(std::string_view compatible) const {
    std::vector<DeviceTreeNode> nodes;
    for (int offset = fdt_next_node(blob_->data(), -1, nullptr); offset >= 0;
         offset = fdt_next_node(blob_->data(), offset, nullptr)) {
        if (DeviceTreeNode node(blob_, offset); node.compatible_with(compatible)) nodes.push_back(std::move(node));
    }
    return nodes;
}

Result<std::vector<PhandleArguments>> DeviceTree::references(const DeviceTreeNode& node, std::string_view property,
                                                             std::string_view cells_property) const {
    std::vector<PhandleArguments> list;
    if (!node.has(property)) return list;
    RPROC_TRY_ASSIGN(const auto all, node.cells(property));
    std::span<const std::uint32_t> rest(all);
    while (!rest.empty()) {
        const auto target = find_phandle(rest.front());
        if (!target) return fail(kDanglingPhandle, place::Node{node.path(), property}, rest.front());
        rest = rest.subspan(1);
        std::uint32_t count = 0;
        if (!cells_property.empty()) {
            RPROC_TRY_ASSIGN(const auto cells, target->cells(cells_property));
            count = cells.empty() ? 0 : cells.front();
        }
        if (count > rest.size()) return fail(kReferenceCutOff, place::Node{node.path(), property});
        list.push_back({*target, {rest.begin(), rest.begin() + count}});
        rest = rest.subspan(count);
    }
    return list;
}

}  // namespace rproc::platform
