// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/firmware.hpp"

namespace rproc {

/// The ELF images of a firmware: the file itself, or the images of a signed package. Empty for an encrypted package and
/// for a file that is neither. The elements are views; valid as long as the firmware's bytes.
[[nodiscard]] std::vector<ElfImage> readable_images(const Firmware& firmware);
std::vector<ElfImage> readable_images(const Firmware&& firmware) = delete;  // the views would dangle

}  // namespace rproc
