// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "check/model/checked_image.hpp"
#include "rproc/check/verdict.hpp"

/// What OP-TEE's remoteproc application makes of images, beyond what it says of a signature.
namespace rproc::check {

/// PT_LOAD segments that OP-TEE cannot load: it looks a segment up in the hash table by p_paddr alone, and takes the
/// first program header with that address. Where that is another one (GNU ld writes PT_ARM_EXIDX first), type or size
/// differ, and LOAD_FW is TEE_ERROR_BAD_PARAMETERS.
/// @param images of one package, in its order: they share the hash table.
/// @returns a finding (tee-refused) for each such segment.
[[nodiscard]] std::vector<Finding> segments_mistaken_by_tee(const std::vector<CheckedImage>& images);

/// Resource tables whose section address is not where the segment that has their bytes is loaded: OP-TEE loads the
/// image, and gives Linux the section's address, where other bytes are.
/// @returns a finding (table-not-in-memory) for each such table.
[[nodiscard]] std::vector<Finding> tables_loaded_elsewhere(const std::vector<CheckedImage>& images);

}  // namespace rproc::check
