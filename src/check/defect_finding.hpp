// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rproc/check/kernel_defects.hpp"
#include "rproc/check/verdict.hpp"

namespace rproc::check {

/// The finding that a firmware meets a defect of the kernel. `detail` says how.
[[nodiscard]] inline Finding defect_finding(const KernelDefect& defect, std::string where, std::string_view detail,
                                            std::string hint) {
    return {Severity::error, std::string(defect.code), std::move(where), fmt::format("{}: {}", defect.summary, detail),
            std::move(hint)};
}

}  // namespace rproc::check
