// SPDX-License-Identifier: BSD-2-Clause
#include "text/fill.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace rproc {
namespace {

std::string format_argument(const TextArgument& argument, std::string_view spec) {
    const std::string format = fmt::format("{{:{}}}", spec);
    switch (argument.kind()) {
        case TextArgument::Kind::number: return fmt::format(fmt::runtime(format), argument.number());
        case TextArgument::Kind::negative: return fmt::format(fmt::runtime(format), argument.negative());
        case TextArgument::Kind::name: return std::string(argument.name());
        case TextArgument::Kind::none: break;
    }
    return {};
}

/// The text of a placeholder; the placeholder itself, with its braces, without such an argument.
std::string fill_placeholder(std::string_view placeholder, std::span<const TextArgument> arguments,
                             const NamedArguments& named) {
    if (placeholder == "result") return fmt::format("{}", named.result);
    if (placeholder == "name") return std::string(named.name);
    const std::size_t colon = std::min(placeholder.find(':'), placeholder.size());
    const bool numbered = colon == 1 && placeholder[0] >= '0' && placeholder[0] <= '9';
    const auto index = numbered ? static_cast<std::size_t>(placeholder[0] - '0') : arguments.size();
    if (index >= arguments.size()) return fmt::format("{{{}}}", placeholder);
    return format_argument(arguments[index], placeholder.substr(std::min(colon + 1, placeholder.size())));
}

}  // namespace

std::string fill(std::string_view text, std::initializer_list<TextArgument> arguments) {
    return fill(text, std::span(arguments.begin(), arguments.size()), NamedArguments{});
}

std::string fill(std::string_view text, std::span<const TextArgument> arguments, const NamedArguments& named) {
    std::string filled;
    while (!text.empty()) {
        const std::size_t brace = text.find_first_of("{}");
        filled += text.substr(0, brace);
        if (brace == std::string_view::npos) break;
        text.remove_prefix(brace);
        const std::size_t end = text.find('}');
        const bool doubled = text.size() > 1 && text[1] == text[0];
        if (doubled || text[0] == '}' || end == std::string_view::npos) {
            filled += text[0];
            text.remove_prefix(doubled ? 2 : 1);
            continue;
        }
        filled += fill_placeholder(text.substr(1, end - 1), arguments, named);
        text.remove_prefix(end + 1);
    }
    return filled;
}

}  // namespace rproc
