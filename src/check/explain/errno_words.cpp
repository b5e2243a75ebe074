// SPDX-License-Identifier: BSD-2-Clause
#include "check/explain/errno_words.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "check/explain/errno_names.hpp"
#include "check/explain/errnos.hpp"
#include "check/explain/texts.hpp"

namespace rproc::check {
namespace {

const ErrnoName* name_row(int value) {
    const auto* const row = std::ranges::find(kErrnoNames, value, &ErrnoName::value);
    return row == std::end(kErrnoNames) ? nullptr : row;
}

constexpr bool has_name(const ErrnoRow& row) {
    return std::ranges::any_of(kErrnoNames, [&](const ErrnoName& name) { return name.value == row.value; });
}
static_assert(std::ranges::all_of(kErrnoRows, has_name), "every errno that is explained has a name");

}  // namespace

std::optional<int> errno_of(std::string_view text) {
    constexpr std::uint32_t kLowestNegative = 0xfffff001;  // -4095, as an unsigned number
    text.remove_prefix(text.starts_with('-') ? 1 : 0);
    auto number = number_in(text, 10);
    if (text.starts_with("0x")) number = number_in(text.substr(2), 16);
    if (number && *number >= kLowestNegative) number = 0 - *number;
    const auto is_meant = [&](const ErrnoName& row) {
        return number ? static_cast<std::uint32_t>(row.value) == *number : equal_ignoring_case(row.name, text);
    };
    const auto* const row = std::ranges::find_if(kErrnoNames, is_meant);
    if (row == std::end(kErrnoNames)) return std::nullopt;
    return row->value;
}

std::optional<int> errno_of_text(std::string_view text) {
    const auto said = [&](const ErrnoName& row) { return equal_ignoring_case(row.text, text); };
    const auto* const row = std::ranges::find_if(kErrnoNames, said);
    if (row == std::end(kErrnoNames)) return std::nullopt;
    return row->value;
}

std::string errno_subject(int value) {
    const ErrnoName* const row = name_row(value);
    return row == nullptr ? fmt::format("-{}", value) : fmt::format("-{} {}", value, row->name);
}

std::string errno_in_words(int value) {
    const ErrnoName* const row = name_row(value);
    if (row == nullptr) return errno_subject(value);
    const bool unnamed = row->text.starts_with("Unknown error");  // of the kernel alone
    return unnamed ? errno_subject(value) : fmt::format("{}, {}", errno_subject(value), row->text);
}

const ErrnoRow* errno_row(int value) {
    const auto* const row = std::ranges::find(kErrnoRows, value, &ErrnoRow::value);
    return row == std::end(kErrnoRows) ? nullptr : row;
}

std::optional<int> errno_in_line(std::string_view line) {
    constexpr std::string_view kEndsNumber = " \t,;:.)]";
    constexpr std::string_view kBeginsNumber = " \t=:,([";
    for (auto minus = line.rfind('-'); minus != std::string_view::npos && minus != 0;
         minus = line.rfind('-', minus - 1)) {
        if (kBeginsNumber.find(line[minus - 1]) == std::string_view::npos) continue;
        const auto end = std::min(line.find_first_of(kEndsNumber, minus), line.size());
        if (const auto value = errno_of(line.substr(minus, end - minus))) return value;
    }
    return std::nullopt;
}

}  // namespace rproc::check
