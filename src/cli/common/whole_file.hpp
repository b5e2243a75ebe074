// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>

namespace rproc::cli {

/// Writes a file whole or not at all: into a temporary file beside it, which then takes its place. A symbolic link
/// stays one, and its target is replaced.
/// @returns 0, or the errno of what failed.
[[nodiscard]] int write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// A file and what is to be in it. A view of the bytes.
struct FileContent {
    std::filesystem::path path;
    std::span<const std::byte> bytes;
};

/// A file that could not be written, and the errno.
struct WriteFailure {
    std::filesystem::path path;
    int error;
};

/// Writes several files as `write_whole_file` does. No file takes its place before all are written to the disk.
/// @returns what failed, or nothing.
[[nodiscard]] std::optional<WriteFailure> write_whole_files(std::span<const FileContent> files);

}  // namespace rproc::cli
