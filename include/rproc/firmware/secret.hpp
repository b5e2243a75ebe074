// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "rproc/result.hpp"

namespace rproc {

/// Bytes that nobody else may see: a passphrase, the contents of a key file. They are overwritten before their memory
/// is given back. Moves, and does not copy.
class Secret {
  public:
    Secret() noexcept = default;
    /// As many zeros, to be filled in.
    explicit Secret(std::size_t size);
    /// A copy; the caller's own is his to wipe.
    explicit Secret(std::string_view text);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    [[nodiscard]] std::span<std::byte> bytes() noexcept { return {bytes_.get(), size_}; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {bytes_.get(), size_}; }
    [[nodiscard]] std::string_view text() const noexcept;

    /// Keeps the first `size` bytes. Precondition: there are as many.
    void truncate(std::size_t size) noexcept;

  private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
    std::size_t allocated_ = 0;
};

/// Reads a key, a certificate or a passphrase from a file, a pipe or a device: at most 64 KiB.
/// @returns the bytes, or
///   key_not_found: there is no such file;
///   firmware_unreadable: it cannot be read;
///   firmware_changed: it is a regular file, and was written to while it was read;
///   key_malformed: it is larger than that.
[[nodiscard]] Result<Secret> read_secret_file(const std::filesystem::path& path);

}  // namespace rproc
