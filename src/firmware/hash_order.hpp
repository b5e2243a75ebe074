// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rproc/firmware/elf_image.hpp"

/// OP-TEE finds the hash of a PT_LOAD segment by its p_paddr alone, in the hash table of the whole package: the first
/// entry with that address counts, whatever its type. GNU ld lists PT_ARM_EXIDX before the segment that it is a part
/// of.
namespace rproc::internal {

/// What OP-TEE answers to LOAD_FW when it takes the hash of another program header for that of a segment.
enum class HashOrderResult : std::uint8_t {
    bad_parameters,  ///< type or sizes differ
    security,        ///< the bytes differ
};

/// A program header, and the index of its image in the package.
struct HashEntry {
    std::size_t image;
    ElfSegment segment;
};

/// A PT_LOAD segment, the program header whose hash OP-TEE takes for the segment's, and its answer.
struct MistakenSegment {
    HashEntry wanted;
    HashEntry found;
    HashOrderResult result;
};

/// The segments of a package that OP-TEE refuses though its images are sound, in the order of the hash table.
/// @param images of the package, in its order.
[[nodiscard]] std::vector<MistakenSegment> mistaken_segments(std::span<const ElfImage> images);

/// "TEE_ERROR_BAD_PARAMETERS (0xffff0006)"; static storage.
[[nodiscard]] std::string_view to_string(HashOrderResult result) noexcept;

/// How to link so that OP-TEE finds the segment's own hash; static storage.
[[nodiscard]] std::string_view how_to_link(const MistakenSegment& mistaken) noexcept;

/// "PT_LOAD", "PT_ARM_EXIDX", or "another type"; static storage.
[[nodiscard]] std::string_view program_header_type(const ElfSegment& segment) noexcept;

}  // namespace rproc::internal
