// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace rproc::test {

/// The bytes of a file that a test needs; throws when it cannot be read.
[[nodiscard]] std::vector<std::byte> read_bytes(const std::filesystem::path& path);

}  // namespace rproc::test
