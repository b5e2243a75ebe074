// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "internal/file_descriptor.hpp"

namespace rproc::internal {

/// A file that is written under a temporary name in the directory of its target, which it replaces on `commit`.
/// Destroyed without `commit`, it is deleted. If the target is a symbolic link, the file that it names is replaced, and
/// not the link. Each int is 0 or the errno of the failure.
class ReplacementFile {
  public:
    /// Creates the temporary file, for its owner alone. `error()` says whether that failed.
    explicit ReplacementFile(const std::filesystem::path& target);
    ReplacementFile(const ReplacementFile&) = delete;
    ReplacementFile& operator=(const ReplacementFile&) = delete;
    ~ReplacementFile();

    [[nodiscard]] int error() const noexcept { return error_; }
    /// Appends the bytes.
    [[nodiscard]] int write(std::span<const std::byte> bytes) const noexcept;
    /// Gives it the permissions of a new file.
    [[nodiscard]] int apply_umask() const noexcept;
    /// Flushes the bytes to the disk.
    [[nodiscard]] int sync() const noexcept;
    /// Flushes the bytes to the disk and renames the file to its target, which is unchanged after a failure.
    [[nodiscard]] int commit() noexcept;

  private:
    std::filesystem::path target_;
    std::string temporary_;  ///< empty once it is renamed
    FileDescriptor fd_;
    int error_;
};

}  // namespace rproc::internal
