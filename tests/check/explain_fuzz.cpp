// SPDX-License-Identifier: BSD-2-Clause
//
// Any text is explained or not, any log read to its end: an explanation of an error has causes, each with a command,
// and a log has at most one boot for each of its lines.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rproc/check/explain.hpp"
#include "rproc/check/explain_log.hpp"

namespace {

using rproc::check::Attempt;
using rproc::check::Explanation;
using rproc::check::LineRole;

void require(bool holds) {
    if (!holds) __builtin_trap();
}

void require_complete(const Explanation& explanation) {
    require(!explanation.subject.empty() && !explanation.meaning.empty());
    const bool reports_error = explanation.role == LineRole::cause || explanation.role == LineRole::follows;
    require(reports_error == !explanation.causes.empty());
    for (const auto& cause : explanation.causes) require(!cause.what.empty() && !cause.next.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto explanation = rproc::check::explain(text)) require_complete(*explanation);

    const auto attempts = rproc::check::explain_log(text);
    require(attempts.size() <= static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1);
    for (const Attempt& attempt : attempts) {
        require(attempt.times > 0);
        for (const Explanation& cause : attempt.causes) require(!cause.causes.empty());
    }
    return 0;
}
