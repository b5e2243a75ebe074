// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <vector>

#include "check/model/checked_image.hpp"
#include "rproc/check/verdict.hpp"
#include "rproc/firmware/firmware.hpp"

namespace rproc::check {

/// A firmware with the numbers that a 32-bit kernel makes of it. Valid as long as the board's model; it holds the
/// bytes.
struct KernelView {
    Firmware firmware;                    ///< the same bytes where nothing is cut
    std::vector<Finding> findings{};      ///< one for each number that is cut
    std::optional<CheckedImage> image{};  ///< of `firmware`; nothing where it is no ELF image that Linux accepts
};

/// Linux on a 32-bit Arm cuts three kinds of numbers to 32 bits, and then accepts what it should refuse: device
/// addresses of 64-bit ELF files, where these keep the names of their sections, and the sizes of vrings. The model
/// refuses all three; so that a verdict can follow the kernel, this gives the image that the kernel takes it for: low
/// addresses where the file has high ones that alias a memory, a low offset of the names, and one descriptor where the
/// size of a vring wraps to one that fits.
[[nodiscard]] KernelView as_kernel_sees(const Firmware& firmware, const BoardModel& board);

}  // namespace rproc::check
