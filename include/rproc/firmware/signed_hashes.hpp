// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <vector>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Whether an entry of the hash table has this program header, field by field.
[[nodiscard]] bool is_entry_of(const wire::HashEntry& entry, const ElfSegment& segment);

/// The result of comparing a segment with the hash table.
enum class HashState {
    matches,  ///< the table has its program header and its hash
    differs,  ///< the table has its program header with another hash: the segment was modified after signing
    missing,  ///< the table does not have its program header
};

/// A segment of a package, and its state.
struct SegmentHash {
    std::uint32_t image;  ///< index of the image in the package
    ElfSegment segment;
    HashState state;
};

/// Compares every program header of every image with the hash table, by all of its fields. Does not verify the
/// signature of the table.
/// @returns one element for each program header, in order, or
///   an error of SignedImage::image, or of ElfImage::parse for an image that is no ELF file; its place names the image.
[[nodiscard]] Result<std::vector<SegmentHash>> check_segment_hashes(const SignedImage& package);

}  // namespace rproc
