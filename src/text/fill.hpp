// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rproc/text_arguments.hpp"

namespace rproc {

/// What the holes of an error's texts stand for besides its arguments.
struct NamedHoles {
    int result = 0;           ///< {result}: what the kernel's function returns
    std::string_view name{};  ///< {name}: the first name in the error's place
};

/// As `fill` of text_arguments.hpp, and {result} and {name} by `named`.
[[nodiscard]] std::string fill(std::string_view text, std::span<const TextArgument> arguments, const NamedHoles& named);

}  // namespace rproc
