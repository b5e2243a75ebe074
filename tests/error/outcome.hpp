// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "rproc/result.hpp"

namespace rproc::test {

/// "ok", or the stable name of the error, which a failed comparison prints.
template <class T>
[[nodiscard]] std::string outcome(const Result<T>& result) {
    return result ? "ok" : std::string(name_of(result.error().code()));
}

}  // namespace rproc::test
