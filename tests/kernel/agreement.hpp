// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "kernel/kernel_answers.hpp"
#include "rproc/check/verdict.hpp"

/// Verdicts of `check` against answers of a kernel.
namespace rproc::test {

/// The number in a variable of the environment, or `otherwise` without it.
[[nodiscard]] inline std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

[[nodiscard]] inline std::string text_of(const std::optional<int>& value) {
    return value ? std::to_string(*value) : "never returns";
}

[[nodiscard]] inline std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += "\n      " + line;
    return text;
}

[[nodiscard]] inline std::vector<std::string> stop_log(const check::Verdict& verdict) {
    if (verdict.stop_errno != 0) return {};
    return {"stopped remote processor m4"};
}

/// In what the kernel and `check` differ; empty when they agree.
[[nodiscard]] inline std::string difference(const check::Verdict& verdict, const KernelAnswer& kernel) {
    std::string text;
    const auto compare = [&](const char* what, const std::string& checked, const std::string& answered) {
        if (checked != answered) text += std::string("\n    ") + what + ": check " + checked + ", kernel " + answered;
    };
    const auto registered = std::ranges::count(verdict.virtio, true, &check::VirtioDevice::registered);
    const auto announced =
        std::ranges::count_if(kernel.log, [](const auto& line) { return line.starts_with("registered virtio"); });
    compare("start", text_of(verdict.errno_value), text_of(kernel.start));
    compare("state", verdict.state ? std::string(to_string(*verdict.state)) : "not read",
            kernel.state.value_or("not read"));
    compare("virtio devices", std::to_string(registered), std::to_string(kernel.start ? announced : 0));
    compare("lines", text_of(counted_from_one(verdict.kernel_log)), text_of(kernel.log));
    compare("stop", text_of(verdict.stop_errno), text_of(kernel.stop));
    compare("lines of the stop", text_of(stop_log(verdict)), text_of(kernel.stop_log));
    return text;
}

}  // namespace rproc::test
