// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/firmware/firmware.hpp"
#include "rproc/result.hpp"

namespace rproc::check {

/// What is wrong with a firmware, if anything.
enum class FirmwareFault {
    none,
    damaged,         ///< a byte was changed after it was signed
    devmem_entry,    ///< its table wants registers mapped by an IOMMU
    large_carveout,  ///< its table wants 32 MiB in one piece
};

/// A signed package with one ELF image for the M4 of an STM32MP15, made in memory: a few words to load, and a resource
/// table with a trace and a virtio device. Its signature is all zeros, for a TEE that does not look at it.
/// @returns the package, or an error of SignedImageBuilder.
[[nodiscard]] Result<Firmware> make_signed_firmware(FirmwareFault fault);

}  // namespace rproc::check
