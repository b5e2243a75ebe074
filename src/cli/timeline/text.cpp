// SPDX-License-Identifier: BSD-2-Clause
#include "cli/timeline/text.hpp"

#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "cli/common/output.hpp"

namespace rproc::cli {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";     // U+2026

struct Character {
    std::uint32_t point;
    std::size_t size;  ///< bytes
};

/// The first character of `text`, which is not empty; nothing when it is not UTF-8 (RFC 3629).
std::optional<Character> first_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80) return Character{lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return std::nullopt;
    std::uint32_t point = lead & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return std::nullopt;
        point = point << 6U | (byte(i) & 0x3fU);
    }
    const bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (overlong || surrogate || point > 0x10ffff) return std::nullopt;
    return Character{point, size};
}

/// The first character of a displayable text.
Character next_of(std::string_view text) { return first_of(text).value_or(Character{0, 1}); }

bool turns_direction(std::uint32_t point) {
    return point == 0x61c || point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

bool is_shown(std::uint32_t point) {
    const bool control = point >= 0x80 && point < 0xa0;
    const bool line_end = point == 0x2028 || point == 0x2029;
    const bool no_character = (point & 0xfffeU) == 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
    return !control && !line_end && !no_character && !turns_direction(point);
}

std::size_t columns_of_point(std::uint32_t point) {
    constexpr std::uint32_t kFirstWide = 0x1100;
    const bool punctuation = point >= 0x2000 && point < 0x2e80;
    return point >= kFirstWide && !punctuation ? 2 : 1;
}

/// The number of bytes of a displayable text that fit in `columns`.
std::size_t fitting(std::string_view text, std::size_t columns) {
    std::size_t at = 0;
    for (std::size_t used = 0; at < text.size();) {
        const Character next = next_of(text.substr(at));
        used += columns_of_point(next.point);
        if (used > columns) break;
        at += next.size;
    }
    return at;
}

}  // namespace

std::string displayable(std::string_view text) {
    const std::string visible = printable(text);
    std::string result;
    for (std::string_view rest = visible; !rest.empty();) {
        const auto next = first_of(rest);
        const std::size_t size = next ? next->size : 1;
        result += next && is_shown(next->point) ? rest.substr(0, size) : kReplacement;
        rest.remove_prefix(size);
    }
    return result;
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : displayable(text)) {
        switch (c) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            case '\'': result += "&#39;"; break;
            default: result += c;
        }
    }
    return result;
}

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character next = next_of(text);
        columns += columns_of_point(next.point);
        text.remove_prefix(next.size);
    }
    return columns;
}

std::string shortened(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    return std::string(text.substr(0, fitting(text, columns - 1))) + std::string(kEllipsis);
}

std::vector<std::string> broken(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    while (columns_of(text) > columns) {
        const std::size_t most = fitting(text, columns);
        const auto blank = text.rfind(' ', most);
        const bool between_words = blank != std::string_view::npos && blank != 0;
        lines.emplace_back(text.substr(0, between_words ? blank : most));
        text.remove_prefix(between_words ? blank + 1 : most);
    }
    lines.emplace_back(text);
    return lines;
}

std::string microseconds(std::chrono::nanoseconds duration) {
    const auto tenths = static_cast<std::uint64_t>((duration.count() + 50) / 100);
    return fmt::format("{}.{}", grouped(tenths / 10), tenths % 10);
}

std::string share(std::chrono::nanoseconds part, std::chrono::nanoseconds whole) {
    return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part.count()) / static_cast<double>(whole.count()));
}

}  // namespace rproc::cli
