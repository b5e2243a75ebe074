// SPDX-License-Identifier: BSD-2-Clause
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "rproc/error.hpp"
#include "text/fill.hpp"

namespace rproc {
namespace {

/// The first name in a place, "shm" of a carveout; empty without one.
std::string_view first_name(const Place& place) {
    std::string_view found;
    std::visit(
        [&](const auto& part) {
            part.fields(part, [&](std::string_view /*field*/, const auto& value) {
                if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::string_view>)
                    if (found.empty()) found = value;
            });
        },
        place.part);
    return found;
}

std::string filled(const Error& error, std::string_view text) {
    return fill(text, error.arguments(), {.result = error.kernel_result(), .name = first_name(error.place())});
}

}  // namespace

std::string Error::what() const {
    std::string text = filled(*this, details_.message());
    if (!details_.note().empty()) text.append("; ").append(details_.note());
    return text;
}

std::string Error::hint() const { return filled(*this, details_.hint()); }

std::string Error::kernel_line() const { return filled(*this, details_.kernel_line()); }

std::string Error::message() const {
    std::string place = where();
    return place.empty() ? what() : std::move(place) + ": " + what();
}

}  // namespace rproc
