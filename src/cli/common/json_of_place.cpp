// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/json_of_place.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include <fmt/format.h>

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;

bool is_address(std::string_view field) { return field == "da" || field == "pa" || field == "offset"; }

template <class T>
Json value_of(std::string_view field, const T& value) {
    if constexpr (std::is_same_v<T, std::string_view>) {
        return std::string(value);
    } else {
        return is_address(field) ? Json(fmt::format("{:#x}", value)) : Json(value);
    }
}

}  // namespace

Json place_json(const Place& place) {
    if (place.empty()) return nullptr;
    Json object{{"kind", kind_of(place)}};
    std::visit(
        [&](const auto& part) {
            part.fields(part, [&](std::string_view field, const auto& value) {
                object[std::string(field)] = value_of(field, value);
            });
        },
        place.part);
    if (!place.file.empty()) object["file"] = std::string(place.file);
    if (place.image != Place::kNoImage) object["image"] = place.image;
    return object;
}

Json finding_json(const check::Finding& finding) {
    return {{"severity", to_string(finding.severity)}, {"code", finding.code.name()}, {"where", finding.where()},
            {"place", place_json(finding.place())},    {"message", finding.message},  {"hint", finding.hint}};
}

}  // namespace rproc::cli
