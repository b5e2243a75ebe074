// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "check/explain/rows.hpp"

namespace rproc::check {

/// A text of nothing but one errno of Linux, by number, negative or not, or by name: "-22", "0xffffffea", "EINVAL",
/// "-EINVAL". @returns the positive errno, or nothing for another text.
[[nodiscard]] std::optional<int> errno_of(std::string_view text);

/// @returns the errno whose text a shell prints ("Invalid argument"), in any case; nothing for another text.
[[nodiscard]] std::optional<int> errno_of_text(std::string_view text);

/// "-22 EINVAL". @param value of a row of kErrnoNames.
[[nodiscard]] std::string errno_subject(int value);

/// "-22 EINVAL, Invalid argument". @param value of a row of kErrnoNames.
[[nodiscard]] std::string errno_in_words(int value);

/// What is known of an errno for remoteproc; null where that is only its name.
[[nodiscard]] const ErrnoRow* errno_row(int value);

/// The last errno that a line has in any of the forms of the kernel: "failed: -517", "error -22", "ret = -19",
/// "(-ENOMEM)". A number counts only when it is negative. Nothing when there is none.
[[nodiscard]] std::optional<int> errno_in_line(std::string_view line);

}  // namespace rproc::check
