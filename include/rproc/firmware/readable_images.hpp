// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/firmware.hpp"

namespace rproc {

/// The ELF images that a firmware consists of: itself, or those in a signed package. None of an encrypted package,
/// whose bytes say nothing, and none of a file that is neither. Views; valid as long as the firmware's bytes.
[[nodiscard]] std::vector<ElfImage> readable_images(const Firmware& firmware);
std::vector<ElfImage> readable_images(const Firmware&& firmware) = delete;  // the views would dangle

}  // namespace rproc
