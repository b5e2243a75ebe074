// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "check/model/checked_image.hpp"
#include "check/verdict/trial.hpp"
#include "rproc/check/verdict.hpp"

/// What a boot does not tell, but the image does.
namespace rproc::check {

/// A warning about an image for another kind of processor than the board's (elf-machine-foreign); first of all
/// findings, since the others may follow from it.
[[nodiscard]] std::vector<Finding> remarks_on_machine(const ImageModel& image);

/// Findings from the image of a firmware that `trial` booted or refused: a table without bytes in the file, a table
/// that Linux writes where nothing was loaded, carveout names that the kernel takes for a format, offsets that older
/// kernels take for negative ones.
[[nodiscard]] std::vector<Finding> remarks_on(const CheckedImage& checked, const Trial& trial);

/// Warnings and notes about an image that runs, for what boots and does not work later; see image_remarks.hpp.
/// @param checked the whole firmware: an image of a package with others in it lacks what they have.
[[nodiscard]] std::vector<Finding> remarks_on_running(const CheckedImage& checked, const Trial& trial);

}  // namespace rproc::check
