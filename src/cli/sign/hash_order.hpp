// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rproc/firmware/firmware.hpp"

namespace rproc::cli {

/// A segment that OP-TEE refuses though the image is sound, and how to link instead.
struct HashOrderProblem {
    std::string what;
    std::string hint;
};

/// OP-TEE finds the hash of a PT_LOAD segment by its p_paddr alone, in the hash table of the whole package: the first
/// entry with that address counts, whatever its type. GNU ld lists PT_ARM_EXIDX before the segment that it is a part
/// of.
/// @param images that SignedImageBuilder::add_image accepts.
/// @returns the segments for which OP-TEE finds the entry of another program header with another content.
[[nodiscard]] std::vector<HashOrderProblem> find_hash_order_problems(std::span<const Firmware> images);

}  // namespace rproc::cli
