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
/// A handle: copies refer to the same memory. The last handle must outlive all mappings. Not thread-safe.
///
/// Another process can shorten a file that is mapped: `> FILE` in a shell does, and mode "w" of Python. Files of a
/// directory cannot be sealed against it as a memfd can. This process survives it all the same, and finds out:
///   bytes that are behind the new end stay readable and writable. When the first of them is touched, the bytes from
///     its page to the end of the mapping become zeros, and memory of this process alone: neither does another process
///     see what is written there, nor the file, also when it is made longer again. The page that the new end is in
///     stays the file's, with zeros behind the end;
///   from then on `intact`, `map` and `allocate` return memory_shortened, until the memory is opened again; they do so
///     before anything is touched, too, where the file is shorter at that moment;
///   a file that is shortened and has its length again before anything looks at it is not noticed: its bytes are those
///     of the file, and shared.
/// For this the first mapping installs a handler of SIGBUS in the process, which hands every other fault to the handler
/// that it found. A program that installs one of its own afterwards, and does not call the one that it found, takes the
/// guarantee away.
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
    ///   memory_shortened: as `intact`;
    ///   file_unwritable: the file is of the wrong size, is no regular file (also a symbolic link), or cannot be had,
    ///     because the disk is full for one.
    [[nodiscard]] Result<Mapping> map(PhysicalRange range);

    /// @returns zeroed bytes, where no other place is, that live as long as the mapping; or
    ///   memory_exhausted: `size` is 0, more than ModelMemory::kLargestAllocation, or more than this memory has left of
    ///     ModelMemory::kPoolSize;
    ///   memory_shortened: as `intact`;
    ///   file_unwritable: its file cannot be had.
    [[nodiscard]] Result<Allocation> allocate(std::uint64_t size);

    /// Whether every byte that was mapped has been the file's, up to now: to be asked after the bytes were read, or
    /// written, and before they are relied on.
    /// @returns nothing, or
    ///   memory_shortened: another process has shortened the file of a mapping, one that lives or one that has ended.
    [[nodiscard]] Result<void> intact() const;

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
