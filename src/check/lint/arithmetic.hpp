// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "check/model/checked_image.hpp"
#include "rproc/check/verdict.hpp"

namespace rproc::check {

/// A finding that something does not fit its memory (segment-outside-memory, carveout-misfit, vring-misfit,
/// trace-unavailable, table-not-in-memory), with the numbers of this image and board: by how much it misses, and what
/// would fit. Any other finding, unchanged.
[[nodiscard]] Finding with_arithmetic(Finding finding, const CheckedImage& checked);

}  // namespace rproc::check
