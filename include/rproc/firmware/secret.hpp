// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "rproc/result.hpp"

namespace rproc {

/// Secret bytes: a passphrase, the contents of a key file. Wiped before their memory is freed. Move-only.
class Secret {
  public:
    Secret() noexcept = default;
    /// @param size bytes, all zero.
    explicit Secret(std::size_t size);
    /// Copies the text; the caller wipes the original.
    explicit Secret(std::string_view text);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    /// The bytes; valid until this object is modified or destroyed.
    [[nodiscard]] std::span<std::byte> bytes() noexcept { return {bytes_.get(), size_}; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {bytes_.get(), size_}; }
    /// The bytes as text; valid until this object is modified or destroyed.
    [[nodiscard]] std::string_view text() const noexcept;

    /// Keeps the first `size` bytes. Precondition: `size <= bytes().size()`.
    void truncate(std::size_t size) noexcept;

  private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
    std::size_t allocated_ = 0;
};

/// Reads a key, a certificate or a passphrase from a file, a pipe or a device, of at most 64 KiB.
/// @returns the bytes, or
///   key_not_found: the file does not exist;
///   firmware_unreadable: it cannot be read;
///   firmware_changed: it is a regular file, and was written to while it was read;
///   key_malformed: it is larger than 64 KiB.
[[nodiscard]] Result<Secret> read_secret_file(const std::filesystem::path& path);

/// Reads the first line of a file, without its end: a passphrase or a PIN.
/// @returns the line, or an error of `read_secret_file`.
[[nodiscard]] Result<Secret> read_secret_line(const std::filesystem::path& path);

}  // namespace rproc
