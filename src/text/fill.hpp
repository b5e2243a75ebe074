// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rproc/text_arguments.hpp"

namespace rproc {

/// The named placeholders of an error's texts.
struct NamedArguments {
    int result = 0;           ///< {result}: the result of the kernel's function
    std::string_view name{};  ///< {name}: the first name in the error's place
};

/// As `fill` of text_arguments.hpp, with {result} and {name} from `named`.
[[nodiscard]] std::string fill(std::string_view text, std::span<const TextArgument> arguments,
                               const NamedArguments& named);

}  // namespace rproc
