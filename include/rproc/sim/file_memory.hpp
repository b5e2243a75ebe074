// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "rproc/memory/provider.hpp"

namespace rproc::sim {

/// A model of physical memory in files, so that another process plays the firmware: a simulator, a test, gdb, xxd. Each
/// place is one file of a directory, exactly as long as the place, called after its first and last physical address:
/// `38000000-3800ffff.mem`. The directory is the memory: two providers on it, in one process or two, see each other's
/// bytes, and a place that one of them has created is found by the other.
///
/// As with ModelMemory a fixed place keeps its content, here also from one run to the next; the file of an allocation
/// is removed with its mapping. What a process that was killed left behind may be deleted by hand.
///
/// A handle: copies refer to the same memory. The last handle must outlive all mappings. Not thread-safe. Whoever
/// shortens a file that is mapped ends the process that maps it (SIGBUS).
class FileMemory {
  public:
    /// Uses the files in `directory`, which is created, for its owner alone, where only its last part is missing.
    /// @returns the memory, or
    ///   file_unwritable: it is no directory, or cannot be created or opened.
    [[nodiscard]] static Result<FileMemory> open(const std::filesystem::path& directory);

    /// A file of the right size is taken as it is; a missing one is created, filled with zeros, for its owner alone.
    /// All of it has its place on the disk before this returns.
    /// @returns the bytes at `range`, or
    ///   memory_overlap: part of it lies in a place that has other bounds;
    ///   memory_exhausted: its size is 0 or more than ModelMemory::kLargestRegion;
    ///   file_unwritable: the file is of the wrong size, is no regular file (also a symbolic link), or cannot be had,
    ///     because the disk is full for one.
    [[nodiscard]] Result<Mapping> map(PhysicalRange range);

    /// @returns zeroed bytes, where no other place is, that live as long as the mapping; or
    ///   memory_exhausted: `size` is 0, more than ModelMemory::kLargestAllocation, or more than this memory has left of
    ///     ModelMemory::kPoolSize;
    ///   file_unwritable: its file cannot be had.
    [[nodiscard]] Result<Allocation> allocate(std::uint64_t size);

    /// How many mappings are alive: 0 after everything was undone.
    [[nodiscard]] std::size_t mapped() const noexcept;

    /// Where bytes are found from outside.
    struct FilePlace {
        std::filesystem::path file;
        std::uint64_t offset;  ///< bytes from the file's start
    };
    /// Where the bytes of `range` are, or nothing when no single file holds them.
    [[nodiscard]] std::optional<FilePlace> find(PhysicalRange range) const;

    /// "38000000-3800ffff.mem": both addresses in at least 8 hexadecimal digits. Precondition: `range` is not empty.
    [[nodiscard]] static std::string file_name(PhysicalRange range);

  private:
    struct State;

    explicit FileMemory(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

    std::shared_ptr<State> state_;
};
static_assert(MemoryProvider<FileMemory>);

}  // namespace rproc::sim
