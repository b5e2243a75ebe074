// SPDX-License-Identifier: BSD-2-Clause
#include "check/explain/pattern.hpp"

#include <algorithm>
#include <cstddef>

#include "check/explain/errno_words.hpp"

namespace rproc::check {
namespace {

constexpr std::size_t kHoleSize = 3;  // {d}

bool is_decimal(std::string_view text) {
    text.remove_prefix(text.starts_with('-') ? 1 : 0);
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_hexadecimal(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool fits(char kind, std::string_view text) {
    switch (kind) {
        case 'd': return is_decimal(text);
        case 'x': return is_hexadecimal(text);
        case 'e': return is_decimal(text) || (text.starts_with("-E") && errno_of(text).has_value());
        case 'w': return !text.empty() && text.find_first_of(" \t") == std::string_view::npos;
        default: return true;
    }
}

bool match_rest(std::string_view pattern, std::string_view line, std::vector<Hole>& holes) {
    const auto at = pattern.find('{');
    const std::string_view literal = pattern.substr(0, at);
    if (!line.starts_with(literal)) return false;
    line.remove_prefix(literal.size());
    if (at == std::string_view::npos) return line.empty();

    const char kind = pattern[at + 1];
    pattern.remove_prefix(at + kHoleSize);
    const std::string_view next = pattern.substr(0, pattern.find('{'));
    // A hole ends where the text after it begins. Without such text it is the rest of the line.
    for (std::size_t end = next.empty() ? line.size() : line.find(next); end != std::string_view::npos;
         end = end < line.size() ? line.find(next, end + 1) : std::string_view::npos) {
        if (!fits(kind, line.substr(0, end))) continue;
        holes.push_back({kind, line.substr(0, end)});
        if (match_rest(pattern, line.substr(end), holes)) return true;
        holes.pop_back();
    }
    return false;
}

}  // namespace

std::optional<std::vector<Hole>> match(std::string_view pattern, std::string_view line) {
    std::vector<Hole> holes;
    if (!match_rest(pattern, line, holes)) return std::nullopt;
    return holes;
}

}  // namespace rproc::check
