// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "rproc/check/verdict.hpp"
#include "rproc/firmware/firmware.hpp"

namespace rproc::check {

/// firmware-compressed, firmware-as-text, firmware-as-raw-bytes: what a file is that is no ELF file, by its first
/// bytes.
/// @returns one finding at most; none for an ELF file, and where the bytes do not tell.
[[nodiscard]] std::vector<Finding> remarks_on_file_form(const Firmware& firmware);

}  // namespace rproc::check
