// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rproc/internal/bytes.hpp"
#include "rproc/resource/layout.hpp"
#include "rproc/resource/table_view.hpp"
#include "rproc/result.hpp"

/// Decoders of resource table entries. Each performs the checks of the kernel's handler of that type
/// (rproc_handle_carveout, ...) in the same order, and returns
///   entry_truncated: the table ends before the entry does;
///   entry_reserved_bytes: a reserved field is not zero.
namespace rproc {

namespace internal {

[[nodiscard, gnu::cold, gnu::noinline]] inline Error truncated(const ResourceEntry& entry, std::uint64_t needed) {
    return Error(ErrorCode::entry_truncated, place_of(entry), needed, entry.payload().size(),
                 place::entry_type_name(entry.type()));
}

[[nodiscard, gnu::cold, gnu::noinline]] inline Error reserved_not_zero(const ResourceEntry& entry) {
    return Error(ErrorCode::entry_reserved_bytes, place_of(entry), place::entry_type_name(entry.type()));
}

template <WireStruct T>
[[nodiscard]] Result<T> decode_plain(const ResourceEntry& entry) {
    const auto payload = read_at<T>(entry.payload(), 0);
    if (!payload) return fail(truncated(entry, sizeof(T)));
    if (payload->reserved != 0) return fail(reserved_not_zero(entry));
    return *payload;
}

}  // namespace internal

/// Decodes a struct fw_rsc_carveout. Precondition: `entry.is(EntryType::carveout)`, and likewise for the other
/// decoders.
[[nodiscard]] inline Result<wire::Carveout> decode_carveout(const ResourceEntry& entry) {
    return internal::decode_plain<wire::Carveout>(entry);
}

/// Decodes a struct fw_rsc_devmem.
[[nodiscard]] inline Result<wire::Devmem> decode_devmem(const ResourceEntry& entry) {
    return internal::decode_plain<wire::Devmem>(entry);
}

/// Decodes a struct fw_rsc_trace.
[[nodiscard]] inline Result<wire::Trace> decode_trace(const ResourceEntry& entry) {
    return internal::decode_plain<wire::Trace>(entry);
}

/// Decodes a struct fw_rsc_vdev. Checks the bounds of header, vrings and configuration space before it reads them. The
/// result is a view of the table.
[[nodiscard]] inline Result<VdevEntry> decode_vdev(const ResourceEntry& entry) {
    const auto header = internal::read_at<wire::Vdev>(entry.payload(), 0);
    if (!header) return fail(internal::truncated(entry, sizeof(wire::Vdev)));
    const std::uint64_t needed =
        sizeof(wire::Vdev) + std::uint64_t{header->num_of_vrings} * sizeof(wire::Vring) + header->config_len;
    if (needed > entry.payload().size()) return fail(internal::truncated(entry, needed));
    if (header->reserved[0] != 0 || header->reserved[1] != 0) return fail(internal::reserved_not_zero(entry));
    return VdevEntry(*header, entry.payload());
}

/// Decodes the entry and calls the overload of `visitor` for its type:
///     visitor(const ResourceEntry&, const wire::Carveout&), (…, const wire::Devmem&), (…, const wire::Trace&),
///     (…, const VdevEntry&), or visitor(const ResourceEntry&) for vendor and unknown types.
/// Each returns Result<void>. Allocates nothing.
/// @returns the visitor's result, or the decoder's error.
template <class Visitor>
[[nodiscard]] Result<void> visit(const ResourceEntry& entry, Visitor&& visitor) {
    const auto decoded = [&](const auto& result) -> Result<void> {
        if (!result) return fail(result.error());
        return visitor(entry, *result);
    };
    switch (static_cast<wire::EntryType>(entry.type())) {
        case wire::EntryType::carveout: return decoded(decode_carveout(entry));
        case wire::EntryType::devmem: return decoded(decode_devmem(entry));
        case wire::EntryType::trace: return decoded(decode_trace(entry));
        case wire::EntryType::vdev: return decoded(decode_vdev(entry));
        default: return visitor(entry);
    }
}

}  // namespace rproc
