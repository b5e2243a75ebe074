// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "internal/file_descriptor.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"

namespace rproc::sim {

/// "38000000-3800ffff.mem"
[[nodiscard]] std::string place_file_name(PhysicalRange range);

using internal::FileDescriptor;

/// Bytes of a file, until `PlaceFiles::unmap`, and the file itself, whatever becomes of its name.
struct MappedFile {
    std::span<std::byte> bytes;
    FileDescriptor file;
};

/// The directory in which each place of a memory is a file. Errors of the system are file_unwritable, with the path.
class PlaceFiles {
  public:
    [[nodiscard]] static Result<PlaceFiles> open(const std::filesystem::path& directory);

    /// Keeps other processes from creating files as long as the result lives.
    [[nodiscard]] Result<FileDescriptor> lock() const;

    /// All places, in the order of their addresses. Other files are passed over.
    [[nodiscard]] Result<std::vector<PhysicalRange>> list() const;

    /// Maps `part` of the file of `place`, which exists.
    [[nodiscard]] Result<MappedFile> map(PhysicalRange place, PhysicalRange part) const;
    /// Creates the file of `place`, which does not exist, and maps all of it.
    [[nodiscard]] Result<MappedFile> create(PhysicalRange place) const;
    /// Ends a mapping.
    static void unmap(std::span<std::byte> bytes) noexcept;
    /// Whether the file is shorter than its place now, or was when the mapping was touched behind its end.
    [[nodiscard]] static bool shortened(const MappedFile& mapped, PhysicalRange place) noexcept;
    void remove(PhysicalRange place) const noexcept;

    [[nodiscard]] std::filesystem::path path_of(PhysicalRange place) const { return path_ / place_file_name(place); }

  private:
    PlaceFiles(std::filesystem::path path, FileDescriptor directory) noexcept
        : path_(std::move(path)), directory_(std::move(directory)) {}

    [[nodiscard]] Result<FileDescriptor> open_place(PhysicalRange place, int flags) const;
    [[nodiscard]] Result<void> require_size(const FileDescriptor& file, PhysicalRange place) const;
    [[nodiscard]] Result<void> reserve(const FileDescriptor& file, PhysicalRange place) const;
    [[nodiscard]] Result<MappedFile> map_file(FileDescriptor file, PhysicalRange place, PhysicalRange part) const;

    std::filesystem::path path_;
    FileDescriptor directory_;
};

}  // namespace rproc::sim
