// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <vector>

#include "check/verdict/trial.hpp"
#include "rproc/check/verdict.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/platform/stm32mp15_config.hpp"

/// What a boot does not tell, but the image does.
namespace rproc::check {

/// Findings from the image of a firmware that `trial` booted or refused: a table that Linux writes where nothing was
/// loaded, carveout names that the kernel takes for a format, offsets that older kernels take for negative ones.
[[nodiscard]] std::vector<Finding> remarks_on(const ElfImage& image, const platform::Stm32mp15Config& config,
                                              const Trial& trial);

/// Warnings and notes about an image that runs, for what boots and yet disappoints; see image_remarks.hpp.
/// @param image the whole firmware: an image of a package with others in it lacks what they have.
[[nodiscard]] std::vector<Finding> remarks_on_running(const ElfImage& image, const platform::Stm32mp15Config& config,
                                                      const Trial& trial);

/// The virtio devices that an image's resource table asks for, none of them registered; up to the entry that ends the
/// kernel's walk.
[[nodiscard]] std::vector<VirtioDevice> requested_virtio(const ElfImage& image);

/// The error in the words of this board: which memory is missed, and by how much (see with_arithmetic).
[[nodiscard]] Finding explain(const Error& error, const ElfImage* image, const platform::Stm32mp15Config& config);

}  // namespace rproc::check
