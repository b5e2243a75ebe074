// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"

namespace rproc::sim {

/// "38000000-3800ffff.mem"
[[nodiscard]] std::string place_file_name(PhysicalRange range);

/// A file descriptor with one owner.
class FileDescriptor {
  public:
    explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept;
    FileDescriptor& operator=(FileDescriptor&&) = delete;
    ~FileDescriptor();

    [[nodiscard]] int get() const noexcept { return fd_; }

  private:
    int fd_;
};

/// The directory in which each place of a memory is a file. Errors of the system are register_failed, with the path.
class PlaceFiles {
  public:
    [[nodiscard]] static Result<PlaceFiles> open(const std::filesystem::path& directory);

    /// Keeps other processes from creating files as long as the result lives.
    [[nodiscard]] Result<FileDescriptor> lock() const;

    /// All places, in the order of their addresses. Other files are passed over.
    [[nodiscard]] Result<std::vector<PhysicalRange>> list() const;

    /// Maps `part` of the file of `place`, which exists.
    [[nodiscard]] Result<std::span<std::byte>> map(PhysicalRange place, PhysicalRange part) const;
    /// Creates the file of `place`, which does not exist, and maps all of it.
    [[nodiscard]] Result<std::span<std::byte>> create(PhysicalRange place) const;
    /// Ends a mapping.
    static void unmap(std::span<std::byte> bytes) noexcept;
    void remove(PhysicalRange place) const noexcept;

    [[nodiscard]] std::filesystem::path path_of(PhysicalRange place) const { return path_ / place_file_name(place); }

  private:
    PlaceFiles(std::filesystem::path path, FileDescriptor directory) noexcept
        : path_(std::move(path)), directory_(std::move(directory)) {}

    [[nodiscard]] Result<FileDescriptor> open_place(PhysicalRange place, int flags) const;
    [[nodiscard]] Result<void> require_size(const FileDescriptor& file, PhysicalRange place) const;
    [[nodiscard]] Result<void> reserve(const FileDescriptor& file, PhysicalRange place) const;
    [[nodiscard]] Result<std::span<std::byte>> map_file(const FileDescriptor& file, PhysicalRange place,
                                                        PhysicalRange part) const;

    std::filesystem::path path_;
    FileDescriptor directory_;
};

}  // namespace rproc::sim
