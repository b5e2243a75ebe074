// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

namespace rproc::cli {

/// An untrusted log, safe for a terminal: lines, tabs and UTF-8 as they are, everything else that could steer the
/// terminal (control characters of ASCII and of Unicode, bytes that are no UTF-8) as \x1b. A carriage return before a
/// newline is dropped.
[[nodiscard]] std::string terminal_safe(std::string_view text);

/// Cuts a stream of bytes only between characters: holds back the begin of a UTF-8 character, or a carriage return,
/// until what follows is known.
class WholeCharacters {
  public:
    /// What is complete now.
    [[nodiscard]] std::string add(std::string_view bytes);
    /// What was held back; nothing will follow.
    [[nodiscard]] std::string rest();

  private:
    std::string held_;
};

}  // namespace rproc::cli
