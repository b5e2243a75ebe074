// SPDX-License-Identifier: BSD-2-Clause
#include "cli/trace/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

namespace rproc::cli {
namespace {

std::uint32_t byte_at(std::string_view text, std::size_t index) { return static_cast<unsigned char>(text[index]); }

bool continues(std::string_view text, std::size_t index) { return (byte_at(text, index) & 0xc0U) == 0x80U; }

/// How many bytes a UTF-8 character has that begins with `lead`; 0 where none does.
std::size_t length_of(std::uint32_t lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return 2;
    if (lead >= 0xe0 && lead < 0xf0) return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/// How many bytes the character has that `text` begins with; 0 where it is none that a terminal merely shows.
std::size_t shown_length(std::string_view text) {
    const std::uint32_t lead = byte_at(text, 0);
    const std::size_t length = length_of(lead);
    if (length == 0 || length > text.size()) return 0;
    if (length == 1) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
    std::uint32_t character = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if (!continues(text, i)) return 0;
        character = (character << 6U) | (byte_at(text, i) & 0x3fU);
    }
    const bool too_long = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
    const bool surrogate = character >= 0xd800 && character < 0xe000;
    const bool control = character < 0xa0;
    return too_long || surrogate || control || character > 0x10ffff ? 0 : length;
}

/// How many bytes at the end may be part of something longer.
std::size_t unfinished(std::string_view text) {
    constexpr std::size_t kLongest = 4;
    if (text.ends_with('\r')) return 1;
    for (std::size_t tail = 1; tail < kLongest && tail <= text.size(); ++tail) {
        const std::size_t at = text.size() - tail;
        if (!continues(text, at)) return length_of(byte_at(text, at)) > tail ? tail : 0;
    }
    return 0;
}

}  // namespace

std::string terminal_safe(std::string_view text) {
    std::string safe;
    while (!text.empty()) {
        std::size_t length = 1;
        if (text.front() == '\n' || text.front() == '\t') {
            safe += text.front();
        } else if (text.starts_with("\r\n")) {
            // The newline alone begins the next line.
        } else if (const std::size_t shown = shown_length(text); shown != 0) {
            length = shown;
            safe += text.substr(0, length);
        } else {
            safe += fmt::format("\\x{:02x}", byte_at(text, 0));
        }
        text.remove_prefix(length);
    }
    return safe;
}

std::string WholeCharacters::add(std::string_view bytes) {
    std::string whole = std::exchange(held_, {});
    whole += bytes;
    const std::size_t tail = unfinished(whole);
    held_ = whole.substr(whole.size() - tail);
    whole.erase(whole.size() - tail);
    return whole;
}

std::string WholeCharacters::rest() { return std::exchange(held_, {}); }

}  // namespace rproc::cli
