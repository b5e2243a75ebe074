// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>

namespace rproc::bench {

/// How often this process has called operator new so far. Counts every thread.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace rproc::bench
