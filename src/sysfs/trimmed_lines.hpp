// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace rproc::sysfs {

/// The lines of a text without leading blanks. Views; valid as long as the text.
[[nodiscard]] inline std::vector<std::string_view> trimmed_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
        lines.push_back(line);
    }
    return lines;
}

}  // namespace rproc::sysfs
