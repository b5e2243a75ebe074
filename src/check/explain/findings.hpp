// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "check/explain/rows.hpp"

namespace rproc::check {

/// The explanation of a finding, with an example of the arithmetic behind it; empty where there is none.
struct FindingRow {
    TopicRow topic;
    std::string_view example;
};

/// One for each row of error_codes.def and finding_codes.def, in their order.
inline constexpr FindingRow kFindingRows[]{
#define CAUSE(what, next) \
    CauseText { what, next }
#define RPROC_ERROR(name, errno_value, message, kernel_line, hint, meaning, example, ...) \
    {{rproc::internal::kCodeName<rproc::internal::CodeName(#name)>, meaning, {__VA_ARGS__}}, example},
#include "rproc/error_codes.def"
#define RPROC_FINDING(name, meaning, example, ...) \
    {{rproc::internal::kCodeName<rproc::internal::CodeName(#name)>, meaning, {__VA_ARGS__}}, example},
#define RPROC_KERNEL_DEFECT RPROC_FINDING
#include "rproc/check/finding_codes.def"
#undef CAUSE
};

}  // namespace rproc::check
