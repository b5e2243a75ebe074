// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text for SVG and HTML.
namespace rproc::cli {

/// Untrusted text as well-formed, displayable UTF-8: control characters as \x1b; bytes that are no
/// UTF-8, and characters that XML forbids or that turn the direction of writing, as U+FFFD.
[[nodiscard]] std::string displayable(std::string_view text);

/// Untrusted text, for the content of an element and for an attribute in double quotes: displayable, and with
/// entities (&amp;).
[[nodiscard]] std::string escaped(std::string_view text);

/// The number of fixed-pitch columns of a displayable text: two for wide East Asian characters.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// A displayable text, cut at its end to `columns`, the last of them then "…".
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);

/// A displayable text in lines of at most `columns` (2 or more), broken between words where there are any.
[[nodiscard]] std::vector<std::string> broken(std::string_view text, std::size_t columns);

/// "1,204.5"
[[nodiscard]] std::string microseconds(std::chrono::nanoseconds duration);

/// "12.3 %" of `whole`, which is not 0.
[[nodiscard]] std::string share(std::chrono::nanoseconds part, std::chrono::nanoseconds whole);

}  // namespace rproc::cli
