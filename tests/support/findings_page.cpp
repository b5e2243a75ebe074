// SPDX-License-Identifier: BSD-2-Clause
#include "support/findings_page.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "rproc/check/explain.hpp"
#include "rproc/check/finding_code.hpp"

namespace rproc::test {
namespace {

constexpr std::string_view kPageHead = R"(<!-- SPDX-License-Identifier: BSD-2-Clause -->
<!-- Generated from include/rproc/error_codes.def and include/rproc/check/finding_codes.def by ./dev docs -->
# Findings, by their code

What `rproc check` says of a firmware has a code that stays the same: `"code"` in its JSON, in brackets on the screen.
`rproc check --explain CODE` and `rproc explain CODE` print the text below. Errors of other commands have codes, too, and are
in the same list; those that begin with `kernel-` are defects of Linux ([kernel-defects.md](kernel-defects.md)).

Under each code stand what it means, an example of the arithmetic where there is one, and the likely causes, the likeliest first,
each with what to run next; `FW` is the firmware's file.
)";

constexpr std::string_view kManHead = R"(.\" SPDX-License-Identifier: BSD-2-Clause
.\" Generated from include/rproc/error_codes.def and include/rproc/check/finding_codes.def by ./dev docs
.TH RPROC-FINDINGS 7 "" "rproc" "rproc manual"
.SH NAME
rproc-findings \- the codes of findings and errors of rproc
.SH DESCRIPTION
What
.BR rproc-check (1)
says of a firmware has a code that stays the same. Errors of other commands have codes, too. Under each code stand what it
means, an example of the arithmetic where there is one, and the likely causes, the likeliest first, each with what to run
next; FW is the firmware's file.
.SH CODES
)";

constexpr std::string_view kManTail = R"(.SH SEE ALSO
.BR rproc (1),
.BR rproc-check (1),
.BR rproc-explain (1)
)";

std::vector<std::string_view> all_codes() {
    std::vector<std::string_view> codes;
    for (const ErrorCodeInfo& info : error_codes()) codes.push_back(info.name);
    for (const check::FindingCodeInfo& info : check::finding_codes()) codes.push_back(info.name);
    return codes;
}

/// Text for roff: no escapes, and no line that begins with a control character.
std::string roff(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '\\') {
            escaped += "\\e";
        } else if (c == '-') {
            escaped += "\\-";
        } else if (c == '\'') {
            escaped += "\\(aq";
        } else {
            escaped += c;
        }
    }
    return escaped.starts_with('.') ? "\\&" + escaped : escaped;
}

}  // namespace

std::string findings_page() {
    std::string page(kPageHead);
    for (const std::string_view code : all_codes()) {
        const auto explanation = check::explain(code);
        if (!explanation) continue;
        page += fmt::format("\n## `{}`\n\nMeaning: {}.\n\n", code, explanation->meaning);
        if (!explanation->example.empty()) page += fmt::format("Example: {}.\n\n", explanation->example);
        for (const check::Cause& cause : explanation->causes)
            page += fmt::format("- {}; next: `{}`\n", cause.what, cause.next);
    }
    return page;
}

std::string findings_man_page() {
    std::string page(kManHead);
    for (const std::string_view code : all_codes()) {
        const auto explanation = check::explain(code);
        if (!explanation) continue;
        page += fmt::format(".TP\n.B {}\n{}.\n", roff(code), roff(explanation->meaning));
        if (!explanation->example.empty()) page += fmt::format("Example: {}.\n", roff(explanation->example));
        for (const check::Cause& cause : explanation->causes)
            page += fmt::format(".br\n\\(bu {}; next: {}\n", roff(cause.what), roff(cause.next));
    }
    page += kManTail;
    return page;
}

}  // namespace rproc::test
