// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/internal/bytes.hpp"
#include "rproc/resource/layout.hpp"

namespace rproc {

/// The vring fields that a firmware requests.
struct VringRequest {
    std::uint32_t da = wire::kAddressAny;  ///< device address; kAddressAny leaves the choice to Linux
    std::uint32_t align = 16;              ///< alignment of the used ring, bytes
    std::uint32_t num = 16;                ///< number of descriptors
};

/// Builds a valid resource table, for firmware in C++, for tests, and for tools that rewrite tables.
///
///     auto table = ResourceTableBuilder{}.trace("cm4_log", 0x10040000, 2048).vdev(7, 1, {{}, {}}).build();
///
/// Entries are in the order of their addition. Names are truncated to 31 bytes.
class ResourceTableBuilder {
  public:
    /// Adds a carveout entry. @param da may be wire::kAddressAny. @param len bytes. @param flags IOMMU flags.
    ResourceTableBuilder& carveout(std::string_view name, std::uint32_t da, std::uint32_t len,
                                   std::uint32_t flags = 0) {
        return append(
            wire::EntryType::carveout,
            wire::Carveout{.da = da, .pa = 0, .len = len, .flags = flags, .reserved = 0, .name = padded(name)});
    }

    /// Adds a devmem entry: device registers that the firmware needs mapped by the IOMMU. @param len bytes.
    ResourceTableBuilder& devmem(std::string_view name, std::uint32_t da, std::uint32_t pa, std::uint32_t len,
                                 std::uint32_t flags = 0) {
        return append(
            wire::EntryType::devmem,
            wire::Devmem{.da = da, .pa = pa, .len = len, .flags = flags, .reserved = 0, .name = padded(name)});
    }

    /// Adds a trace entry: a buffer of `len` bytes at `da` into which the firmware writes its log.
    ResourceTableBuilder& trace(std::string_view name, std::uint32_t da, std::uint32_t len) {
        return append(wire::EntryType::trace, wire::Trace{.da = da, .len = len, .reserved = 0, .name = padded(name)});
    }

    /// Adds a vdev entry.
    /// @param id virtio device id; 7 is rpmsg.
    /// @param features the feature bits 0 to 31 that the firmware offers.
    /// @param vrings at most 255; Linux accepts two.
    /// @param config the configuration space.
    ResourceTableBuilder& vdev(std::uint32_t id, std::uint32_t features, std::initializer_list<VringRequest> vrings,
                               std::span<const std::byte> config = {}) {
        append(wire::EntryType::vdev, wire::Vdev{.id = id,
                                                 .notifyid = 0,
                                                 .dfeatures = features,
                                                 .gfeatures = 0,
                                                 .config_len = static_cast<std::uint32_t>(config.size()),
                                                 .status = 0,
                                                 .num_of_vrings = static_cast<std::uint8_t>(vrings.size()),
                                                 .reserved = {}});
        for (const VringRequest& vring : vrings)
            extend(wire::Vring{.da = vring.da, .align = vring.align, .num = vring.num, .notifyid = 0, .pa = 0});
        extend_bytes(config);
        return *this;
    }

    /// Adds an entry of any type, e.g. a vendor's (128 to 512). @param payload copied.
    ResourceTableBuilder& raw(std::uint32_t type, std::span<const std::byte> payload) {
        entries_.emplace_back();
        extend(wire::EntryHeader{.type = type});
        extend_bytes(payload);
        return *this;
    }

    /// The bytes of the table: header, offsets, entries. Each entry is aligned to 4 bytes.
    [[nodiscard]] std::vector<std::byte> build() const {
        const std::size_t first = sizeof(wire::TableHeader) + entries_.size() * sizeof(internal::Le32);
        std::vector<std::byte> table;
        append_struct(
            table, wire::TableHeader{
                       .ver = wire::kTableVersion, .num = static_cast<std::uint32_t>(entries_.size()), .reserved = {}});
        std::size_t offset = first;
        for (const auto& entry : entries_) {
            append_struct(table, internal::Le32(static_cast<std::uint32_t>(offset)));
            offset += aligned(entry.size());
        }
        for (const auto& entry : entries_) {
            append_bytes(table, entry);
            table.resize(aligned(table.size()));
        }
        return table;
    }

  private:
    using Bytes = std::vector<std::byte>;

    [[nodiscard]] static constexpr std::size_t aligned(std::size_t size) noexcept { return (size + 3) / 4 * 4; }

    [[nodiscard]] static wire::Name padded(std::string_view name) noexcept {
        wire::Name result{};
        std::ranges::copy(name.substr(0, result.size() - 1), result.begin());
        return result;
    }

    template <internal::WireStruct T>
    static void append_struct(Bytes& to, const T& value) {
        append_bytes(to, std::as_bytes(std::span(&value, 1)));
    }

    /// Not vector::insert, for which GCC 12 warns of bounds that it does not pass.
    static void append_bytes(Bytes& to, std::span<const std::byte> bytes) {
        const std::size_t end = to.size();
        to.resize(end + bytes.size());
        std::ranges::copy(bytes, to.begin() + static_cast<std::ptrdiff_t>(end));
    }

    template <internal::WireStruct T>
    ResourceTableBuilder& append(wire::EntryType type, const T& payload) {
        return raw(static_cast<std::uint32_t>(type), std::as_bytes(std::span(&payload, 1)));
    }

    template <internal::WireStruct T>
    void extend(const T& value) {
        append_struct(entries_.back(), value);
    }

    void extend_bytes(std::span<const std::byte> bytes) { append_bytes(entries_.back(), bytes); }

    std::vector<Bytes> entries_;
};

}  // namespace rproc
