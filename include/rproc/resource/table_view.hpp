// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "rproc/internal/bytes.hpp"
#include "rproc/resource/layout.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// An entry of a resource table: its type, and the bytes from its payload to the end of the table. A view; valid as
/// long as the table's bytes.
class ResourceEntry {
  public:
    ResourceEntry(std::uint32_t index, std::uint32_t type, std::uint64_t payload_offset,
                  std::span<const std::byte> payload) noexcept
        : index_(index), type_(type), payload_offset_(payload_offset), payload_(payload) {}

    /// The index in the table, from 0.
    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    /// The type field, unchecked.
    [[nodiscard]] std::uint32_t type() const noexcept { return type_; }
    /// The offset of the payload, in bytes from the start of the table.
    [[nodiscard]] std::uint64_t payload_offset() const noexcept { return payload_offset_; }
    /// The bytes from the start of the payload to the end of the table: an entry has no length field.
    [[nodiscard]] std::span<const std::byte> payload() const noexcept { return payload_; }

    /// Whether the entry has that type.
    [[nodiscard]] bool is(wire::EntryType type) const noexcept { return type_ == static_cast<std::uint32_t>(type); }
    /// Whether the type is in the range of the vendors (RSC_VENDOR_START to RSC_VENDOR_END).
    [[nodiscard]] bool is_vendor() const noexcept {
        return type_ >= static_cast<std::uint32_t>(wire::EntryType::vendor_first) &&
               type_ <= static_cast<std::uint32_t>(wire::EntryType::vendor_last);
    }

    /// The offset of the type field, in bytes from the start of the table.
    [[nodiscard]] std::uint64_t offset() const noexcept { return payload_offset_ - sizeof(wire::EntryHeader); }

  private:
    std::uint32_t index_;
    std::uint32_t type_;
    std::uint64_t payload_offset_;
    std::span<const std::byte> payload_;
};

/// The place of errors about the entry.
[[nodiscard]] inline Place place_of(const ResourceEntry& entry) {
    return place::Entry{entry.index(), entry.type(), entry.offset()};
}

/// A checked vdev entry: header, vrings and configuration space lie inside the table. A view; valid as long as the
/// table's bytes.
class VdevEntry {
  public:
    VdevEntry(wire::Vdev header, std::span<const std::byte> payload) noexcept : header_(header), payload_(payload) {}

    /// A copy of the header, made by decode_vdev.
    [[nodiscard]] const wire::Vdev& header() const noexcept { return header_; }
    /// The number of vrings, 0 to 255.
    [[nodiscard]] std::uint32_t vring_count() const noexcept { return header_.num_of_vrings; }
    /// Precondition: `index < vring_count()`.
    [[nodiscard]] wire::Vring vring(std::uint32_t index) const noexcept {
        return *internal::read_at<wire::Vring>(payload_,
                                               sizeof(wire::Vdev) + std::uint64_t{index} * sizeof(wire::Vring));
    }
    /// The offset of the configuration space, in bytes from the start of the payload.
    [[nodiscard]] std::size_t config_offset() const noexcept {
        return sizeof(wire::Vdev) + std::size_t{vring_count()} * sizeof(wire::Vring);
    }
    /// The configuration space of the device.
    [[nodiscard]] std::span<const std::byte> config() const noexcept {
        return payload_.subspan(config_offset(), header_.config_len);
    }

  private:
    wire::Vdev header_;
    std::span<const std::byte> payload_;
};

/// A view of a resource table. Allocates nothing except the text of an error.
///
/// Invariant: the header and the array of offsets lie inside the bytes. An entry is checked when it is read, as in the
/// kernel: a table may be valid up to its third entry.
///
/// Lifetime: valid as long as the bytes. Threads: concurrent reads are safe.
class ResourceTableView {
  public:
    /// Checks the header of the table, in the order of the kernel's `find_table`.
    /// @param bytes the table, from its first byte to the end of its section; must outlive the view.
    /// @returns the view, or
    ///   table_headerless: fewer than 16 bytes;
    ///   table_version: `ver` is not 1;
    ///   table_reserved_bytes: a reserved word is not zero;
    ///   table_incomplete: the array of `num` offsets runs past the end.
    [[nodiscard]] static Result<ResourceTableView> parse(std::span<const std::byte> bytes) {
        const auto header = internal::read_at<wire::TableHeader>(bytes, 0);
        if (!header) {
            return fail(ErrorCode::table_headerless, place::Table{}, bytes.size());
        }
        if (header->ver != wire::kTableVersion) {
            return fail(ErrorCode::table_version, place::Table{"ver"}, header->ver.get(),
                        static_cast<std::int32_t>(header->ver.get()));
        }
        if (header->reserved[0] != 0 || header->reserved[1] != 0) {
            return fail(ErrorCode::table_reserved_bytes, place::Table{"reserved"});
        }
        const std::uint64_t offsets_size = std::uint64_t{header->num} * sizeof(internal::Le32);
        if (!internal::fits(sizeof(wire::TableHeader), offsets_size, bytes.size())) {
            return fail(ErrorCode::table_incomplete, place::Table{"num"}, header->num.get(), bytes.size());
        }
        return ResourceTableView(bytes, header->num);
    }

    /// The number of entries, `num` of the header.
    [[nodiscard]] std::uint32_t size() const noexcept { return num_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

    /// The offset of an entry as the table has it, unchecked. Precondition: `index < size()`.
    [[nodiscard]] std::uint32_t offset(std::uint32_t index) const noexcept {
        return *internal::read_at<internal::Le32>(
            bytes_, sizeof(wire::TableHeader) + std::uint64_t{index} * sizeof(internal::Le32));
    }

    /// Reads the entry of an index. Precondition: `index < size()`.
    /// @returns the entry, or
    ///   entry_outside_table: fewer than 4 bytes are left at its offset.
    [[nodiscard]] Result<ResourceEntry> entry(std::uint32_t index) const {
        const std::uint64_t at = offset(index);
        const auto header = internal::read_at<wire::EntryHeader>(bytes_, at);
        if (!header) return fail(outside_table(index, at));
        const std::uint64_t payload = at + sizeof(wire::EntryHeader);
        return ResourceEntry(index, header->type, payload, internal::slice(bytes_, payload));
    }

    /// Calls `visitor(ResourceEntry)`, which returns Result<void>, for each entry in order, until one fails.
    /// @returns the first error, of `entry` or of the visitor.
    template <class Visitor>
    [[nodiscard]] Result<void> for_each(Visitor&& visitor) const {
        for (std::uint32_t i = 0; i < num_; ++i) {
            RPROC_TRY_ASSIGN(const ResourceEntry found, entry(i));
            RPROC_TRY(visitor(found));
        }
        return {};
    }

  private:
    ResourceTableView(std::span<const std::byte> bytes, std::uint32_t num) noexcept : bytes_(bytes), num_(num) {}

    /// Out of line: keeps the loop over valid entries small.
    [[gnu::cold, gnu::noinline]] Error outside_table(std::uint32_t index, std::uint64_t at) const {
        return Error(ErrorCode::entry_outside_table, place::TableOffset{index}, at, bytes_.size());
    }

    std::span<const std::byte> bytes_;
    std::uint32_t num_;
};

}  // namespace rproc
