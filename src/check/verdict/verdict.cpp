// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/verdict.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "check/explain/errno_names.hpp"

namespace rproc::check {

std::string errno_name(int errno_value) {
    if (errno_value == 0) return {};
    const auto* const row = std::ranges::find(kErrnoNames, errno_value, &ErrnoName::value);
    return row == std::end(kErrnoNames) ? fmt::format("errno {}", errno_value) : std::string(row->name);
}

}  // namespace rproc::check
