// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/sysfs_find.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace rproc::sysfs {
namespace {

std::optional<unsigned> number(std::string_view text) {
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return value;
}

std::string_view last_component(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    return path.substr(path.rfind('/') + 1);
}

std::string listed(const std::vector<ProcessorPlace>& places) {
    std::string text;
    for (const ProcessorPlace& place : places) text += (text.empty() ? "" : ", ") + describe(place);
    return text;
}

bool is_meant(const ProcessorPlace& place, std::string_view which) {
    const std::string_view last = last_component(which);
    const auto index = which.find('/') == std::string_view::npos ? number(which) : std::nullopt;
    if (index == place.index || remoteproc_index(last) == place.index) return true;
    if (which.starts_with('/')) {
        const std::string below = node_path(which);
        return !place.node.empty() && place.node == (below.empty() ? which : below);
    }
    return place.name == which || (!place.node.empty() && last_component(place.node) == which);
}

constexpr ErrorText kNone{
    .code = ErrorCode::processor_unknown,
    .message = "Linux has no remote processor",
    .hint = "the processor's driver is not loaded (modprobe stm32_rproc), or its device tree node is disabled"};
constexpr ErrorText kUnknown{
    .code = ErrorCode::processor_unknown, .message = "Linux has no remote processor \"{0}\"", .hint = "it has {1}"};
constexpr std::string_view kChoose = "choose one by its number or the path of its node: {0}";
constexpr ErrorText kSeveral{
    .code = ErrorCode::processor_ambiguous, .message = "Linux has several remote processors", .hint = kChoose};
constexpr ErrorText kAmbiguous{
    .code = ErrorCode::processor_ambiguous, .message = "\"{1}\" are several remote processors", .hint = kChoose};

Error unknown(const std::vector<ProcessorPlace>& places, std::string_view which) {
    return Error(kUnknown, {}, which, listed(places));
}

Error ambiguous(const std::vector<ProcessorPlace>& meant, std::string_view which) {
    return which.empty() ? Error(kSeveral, {}, listed(meant)) : Error(kAmbiguous, {}, listed(meant), which);
}

}  // namespace

std::optional<unsigned> remoteproc_index(std::string_view entry) {
    constexpr std::string_view kPrefix = "remoteproc";
    if (!entry.starts_with(kPrefix)) return std::nullopt;
    return number(entry.substr(kPrefix.size()));
}

std::string describe(const ProcessorPlace& place) {
    std::string text = fmt::format("{} {}", place.entry, place.name);
    if (!place.node.empty()) text += fmt::format(" ({})", place.node);
    return text;
}

std::string node_path(std::string_view path) {
    for (const std::string_view base : {"/firmware/devicetree/base", "/proc/device-tree"}) {
        const auto found = path.find(base);
        if (found == std::string_view::npos) continue;
        std::string_view node = path.substr(found + base.size());
        while (node.ends_with('/')) node.remove_suffix(1);
        if (node.starts_with('/')) return std::string(node);
    }
    return {};
}

Result<ProcessorPlace> choose_processor(const std::vector<ProcessorPlace>& places, std::string_view which) {
    std::vector<ProcessorPlace> meant;
    for (const ProcessorPlace& place : places)
        if (which.empty() || is_meant(place, which)) meant.push_back(place);
    if (meant.empty()) return fail(unknown(places, which));
    if (meant.size() > 1) return fail(ambiguous(meant, which));
    return meant.front();
}

namespace internal {

Error no_processors(const std::filesystem::path& directory) { return Error(kNone, place::File{directory.native()}); }

void sort_places(std::vector<ProcessorPlace>& places) { std::ranges::sort(places, {}, &ProcessorPlace::index); }

std::string first_line(std::string text) {
    text.erase(std::min(text.size(), text.find('\n')));
    return text;
}

}  // namespace internal

}  // namespace rproc::sysfs
