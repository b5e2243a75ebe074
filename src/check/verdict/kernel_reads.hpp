// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>

#include "check/model/checked_image.hpp"

/// Where the kernel reads a firmware image outside its bytes. Linux keeps the image in whole pages with an unmapped
/// page behind them: a read in the rest of the last page finds whatever is there, a read behind it is a panic.
namespace rproc::check {

/// The first read that panics while the kernel looks for the section `.resource_table`, in words; nothing when there is
/// none.
[[nodiscard]] std::optional<std::string> find_table_panics(const ElfImage& image);

/// The first read that panics while the kernel copies segments into the board's memories; nothing when there is none.
/// Precondition: up to this point the kernel does not refuse the image.
[[nodiscard]] std::optional<std::string> load_panics(const CheckedImage& checked);

}  // namespace rproc::check
