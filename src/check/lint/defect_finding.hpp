// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rproc/check/verdict.hpp"

namespace rproc::check {

/// The finding that a firmware meets a defect of the kernel.
/// @param defect a row of RPROC_KERNEL_DEFECT. `detail` says how this firmware meets it.
[[nodiscard]] inline Finding defect_finding(FindingCode defect, const Place& place, std::string_view detail,
                                            std::string hint) {
    return {Severity::error, defect, place, fmt::format("{}: {}", info_of(defect).meaning, detail), std::move(hint)};
}

}  // namespace rproc::check
