// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "check/explain/rows.hpp"

namespace rproc::check {

/// The rows of lines.def; the first that matches a line counts.
inline constexpr LineRow kLineRows[]{
#define RPROC_LINE(role, pattern, meaning, topic) {LineRole::role, pattern, meaning, topic, ""},
#define RPROC_TEE_LINE(role, pattern, meaning, topic, command) {LineRole::role, pattern, meaning, topic, command},
#include "check/explain/lines.def"
};

}  // namespace rproc::check
