// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rproc::tee::internal {

/// A private copy of bytes that another process may write to concurrently. Reads every byte exactly once.
[[nodiscard]] std::vector<std::byte> copy_shared(std::span<const std::byte> bytes);

}  // namespace rproc::tee::internal
