// SPDX-License-Identifier: BSD-2-Clause
#include "cli/explain/explanation_view.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace rproc::cli {
namespace {

using check::Explanation;
using Json = nlohmann::ordered_json;

Json json_of(const Explanation& explanation) {
    Json causes = Json::array();
    for (const auto& cause : explanation.causes) causes.push_back({{"what", cause.what}, {"next", cause.next}});
    return {{"schema", "rproc.explain/1"},    {"subject", explanation.subject}, {"kind", to_string(explanation.kind)},
            {"meaning", explanation.meaning}, {"causes", std::move(causes)},    {"example", explanation.example}};
}

void print_page(Output& out, const Explanation& explanation) {
    constexpr std::size_t kIndent = 4;
    out.print("{}\n", out.bold(printable(explanation.subject)));
    out.wrapped("    ", kIndent, printable(explanation.meaning));
    if (!explanation.example.empty()) out.wrapped("    example: ", kIndent + 9, printable(explanation.example));
    std::size_t number = 1;
    for (const auto& cause : explanation.causes) {
        out.wrapped(fmt::format("    {}. ", number++), kIndent + 3, printable(cause.what));
        out.print("       {} {}\n", out.dim("next:"), printable(cause.next));
    }
}

}  // namespace

void print_explanation(Output& out, const CommonOptions& options, const Explanation& explanation) {
    if (options.json) return out.json(json_of(explanation));
    if (!options.quiet) return print_page(out, explanation);
    out.print("{}: {}\n", printable(explanation.subject), printable(explanation.meaning));
}

}  // namespace rproc::cli
