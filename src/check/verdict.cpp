// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/check/verdict.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace rproc::check {

std::string errno_name(int errno_value) {
    // Linux's numbers on Arm, whatever the host's are.
    static constexpr std::array<std::pair<int, std::string_view>, 9> kNames{{{0, ""},
                                                                             {2, "ENOENT"},
                                                                             {5, "EIO"},
                                                                             {12, "ENOMEM"},
                                                                             {16, "EBUSY"},
                                                                             {19, "ENODEV"},
                                                                             {22, "EINVAL"},
                                                                             {75, "EOVERFLOW"},
                                                                             {95, "EOPNOTSUPP"}}};
    const auto* const found = std::ranges::find(kNames, errno_value, &std::pair<int, std::string_view>::first);
    return found == kNames.end() ? fmt::format("errno {}", errno_value) : std::string(found->second);
}

}  // namespace rproc::check
