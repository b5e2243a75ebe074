// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/firmware/firmware.hpp"
#include "rproc/result.hpp"

namespace rproc::check {

/// The defect of a firmware.
enum class FirmwareFault {
    none,
    damaged,         ///< a byte was modified after signing
    devmem_entry,    ///< its table has a devmem entry
    large_carveout,  ///< its table requests a carveout of 32 MiB
};

/// Makes a signed package with one ELF image for the M4 of an STM32MP15: a few words to load, and a resource table with
/// a trace and a virtio device. The signature is all zeros, for a TEE that does not verify it.
/// @returns the package, or an error of SignedImageBuilder.
[[nodiscard]] Result<Firmware> make_signed_firmware(FirmwareFault fault);

}  // namespace rproc::check
