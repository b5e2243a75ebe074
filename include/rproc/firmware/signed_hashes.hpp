// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <vector>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// True when the program header in an entry of the hash table is this one, field by field.
[[nodiscard]] bool is_entry_of(const wire::HashEntry& entry, const ElfSegment& segment);

/// What the hash table of a signed image says of a segment.
enum class HashState {
    matches,  ///< it has the segment's program header, and the hash of its bytes
    differs,  ///< it has the program header with another hash: the segment was changed after signing
    missing,  ///< it has no such program header
};

/// A segment of one of the images, and its standing.
struct SegmentHash {
    std::uint32_t image;  ///< which image of the package
    ElfSegment segment;
    HashState state;
};

/// Compares every program header of every image with the hash table, by the whole header and not by its address alone.
/// Says nothing about the signature: whether the table itself is to be trusted is another question.
/// @returns one element for each program header, in order, or
///   an error of SignedImage::image, or of ElfImage::parse for an image that is no ELF file; `where` names the image.
[[nodiscard]] Result<std::vector<SegmentHash>> check_segment_hashes(const SignedImage& package);

}  // namespace rproc
