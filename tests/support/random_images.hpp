// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "shapes.hpp"

namespace rproc::test {

/// `count` firmware images, the same for the same seed on every machine: half of them valid ones with segments and
/// resource tables of every kind near the edges of the memories (see all_shapes()), half of them shapes and valid
/// ones with some fields of the ELF header, the program and section headers or the table replaced, or the file cut.
/// Named "random-SEED-N".
[[nodiscard]] std::vector<Shape> random_images(std::uint64_t seed, std::size_t count);

}  // namespace rproc::test
