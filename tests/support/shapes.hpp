// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace rproc::test {

/// One firmware image and a description. The name is a file name without its extension, unique in the list;
/// tests/data/kernel_verdicts.json has the verdict of Linux under the same name.
struct Shape {
    std::string name;
    std::string about;
    std::vector<std::byte> image;
};

/// Prints the name of a shape in a failed test (found by GoogleTest).
inline void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }

/// Every shape, sorted by name. The images are made for the memories of an STM32MP15 Cortex-M4: retram at device
/// address 0 (64 KiB), mcuram2 at 0x10000000 (256 KiB), vdev0vring0, vdev0vring1 (4 KiB each) and vdev0buffer (16 KiB)
/// right after it, mcuram at 0x30000000 (256 KiB).
[[nodiscard]] std::vector<Shape> all_shapes();

}  // namespace rproc::test
