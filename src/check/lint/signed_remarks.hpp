// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "check/model/checked_image.hpp"
#include "firmware/hash_order.hpp"
#include "rproc/check/verdict.hpp"

/// What OP-TEE's remoteproc application makes of images, beyond what it says of a signature.
namespace rproc::check {

/// PT_LOAD segments for which OP-TEE takes the hash of another program header; see firmware/hash_order.hpp.
/// @param images of one package, in its order: they share the hash table.
[[nodiscard]] std::vector<internal::MistakenSegment> segments_mistaken_by_tee(const std::vector<CheckedImage>& images);

/// The finding (tee-refused) about such a segment.
[[nodiscard]] Finding mistaken_segment(const internal::MistakenSegment& mistaken);

/// Resource tables whose section address is not where the segment that has their bytes is loaded: OP-TEE loads the
/// image, and gives Linux the section's address, where other bytes are.
/// @returns a finding (table-not-in-memory) for each such table.
[[nodiscard]] std::vector<Finding> tables_loaded_elsewhere(const std::vector<CheckedImage>& images);

}  // namespace rproc::check
