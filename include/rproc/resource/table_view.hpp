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

/// One entry of a resource table: its type and the bytes from its payload to the end of the table.
/// A view; valid as long as the table's bytes.
class ResourceEntry {
  public:
    ResourceEntry(std::uint32_t index, std::uint32_t type, std::uint64_t payload_offset,
                  std::span<const std::byte> payload) noexcept
        : index_(index), type_(type), payload_offset_(payload_offset), payload_(payload) {}

    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    [[nodiscard]] std::uint32_t type() const noexcept { return type_; }
    /// Where the payload begins, in bytes from the table's start.
    [[nodiscard]] std::uint64_t payload_offset() const noexcept { return payload_offset_; }
    /// Everything from the payload's first byte to the end of the table: an entry does not say how long it is.
    [[nodiscard]] std::span<const std::byte> payload() const noexcept { return payload_; }

    [[nodiscard]] bool is(wire::EntryType type) const noexcept { return type_ == static_cast<std::uint32_t>(type); }
    [[nodiscard]] bool is_vendor() const noexcept {
        return type_ >= static_cast<std::uint32_t>(wire::EntryType::vendor_first) &&
               type_ <= static_cast<std::uint32_t>(wire::EntryType::vendor_last);
    }

    /// Where the entry begins, in bytes from the table's start.
    [[nodiscard]] std::uint64_t offset() const noexcept { return payload_offset_ - sizeof(wire::EntryHeader); }

  private:
    std::uint32_t index_;
    std::uint32_t type_;
    std::uint64_t payload_offset_;
    std::span<const std::byte> payload_;
};

/// The entry as the place of an error.
[[nodiscard]] inline Place place_of(const ResourceEntry& entry) {
    return place::Entry{entry.index(), entry.type(), entry.offset()};
}

/// A checked entry for a virtio device: header, vrings and configuration space all lie inside the table.
class VdevEntry {
  public:
    VdevEntry(wire::Vdev header, std::span<const std::byte> payload) noexcept : header_(header), payload_(payload) {}

    [[nodiscard]] const wire::Vdev& header() const noexcept { return header_; }
    [[nodiscard]] std::uint32_t vring_count() const noexcept { return header_.num_of_vrings; }
    /// The vring of that index; precondition: `index < vring_count()`.
    [[nodiscard]] wire::Vring vring(std::uint32_t index) const noexcept {
        return *internal::read_at<wire::Vring>(payload_,
                                               sizeof(wire::Vdev) + std::uint64_t{index} * sizeof(wire::Vring));
    }
    /// Where the configuration space begins, in bytes from the start of the entry's payload.
    [[nodiscard]] std::size_t config_offset() const noexcept {
        return sizeof(wire::Vdev) + std::size_t{vring_count()} * sizeof(wire::Vring);
    }
    [[nodiscard]] std::span<const std::byte> config() const noexcept {
        return payload_.subspan(config_offset(), header_.config_len);
    }

  private:
    wire::Vdev header_;
    std::span<const std::byte> payload_;
};

/// A resource table, read in place. Allocates nothing but the text of an error.
///
/// Invariant: the header and the whole array of offsets lie inside the bytes. Entries are checked one by one as they
/// are asked for, as the kernel does: a table may be sound up to its third entry.
class ResourceTableView {
  public:
    /// Checks the table's header, in the order of the kernel's `find_table`.
    /// @param bytes the table, from its first byte to the end of its section; must outlive the view.
    /// @returns the view, or
    ///   table_headerless: fewer than 16 bytes;
    ///   table_version: `ver` is not 1;
    ///   table_reserved_bytes: one of the reserved words is not zero;
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

    /// Number of entries that the header announces.
    [[nodiscard]] std::uint32_t size() const noexcept { return num_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

    /// The offset of an entry as the table has it, unchecked; precondition: `index < size()`.
    [[nodiscard]] std::uint32_t offset(std::uint32_t index) const noexcept {
        return *internal::read_at<internal::Le32>(
            bytes_, sizeof(wire::TableHeader) + std::uint64_t{index} * sizeof(internal::Le32));
    }

    /// The entry of that index; precondition: `index < size()`.
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
    /// @returns the first error: of an entry (see `entry`) or of the visitor.
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

    /// Out of line, so that the walk over sound entries stays small.
    [[gnu::cold, gnu::noinline]] Error outside_table(std::uint32_t index, std::uint64_t at) const {
        return Error(ErrorCode::entry_outside_table, place::TableOffset{index}, at, bytes_.size());
    }

    std::span<const std::byte> bytes_;
    std::uint32_t num_;
};

}  // namespace rproc
