// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rproc/text_arguments.hpp"

namespace rproc {

/// As `fill` of text_arguments.hpp, and {result} by `result`: what the kernel's function returns.
[[nodiscard]] std::string fill(std::string_view text, std::span<const TextArgument> arguments, int result);

}  // namespace rproc
