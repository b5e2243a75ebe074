// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace rproc::check {

/// What a hole of a pattern takes:
///   {d} a decimal number, perhaps negative;
///   {x} a hexadecimal number, with or without 0x;
///   {e} an errno, by number or as -EINVAL;
///   {w} a word: anything without blanks, but not nothing;
///   {s} anything, also nothing.
struct Hole {
    char kind;
    std::string_view value;
};

/// @returns what stands in the holes of a pattern, in order; nothing when the line is another.
[[nodiscard]] std::optional<std::vector<Hole>> match(std::string_view pattern, std::string_view line);

}  // namespace rproc::check
