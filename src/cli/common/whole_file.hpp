// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace rproc::cli {

/// Writes a file whole or not at all: into a temporary file beside it, which then takes its place. A symbolic link
/// stays one, and its target is replaced.
/// @returns 0, or the errno of what failed.
[[nodiscard]] int write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace rproc::cli
