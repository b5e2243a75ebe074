// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

/// Files that other processes may write to while they are read: a read gives what the file held, or says that the file
/// changed. A mapping cannot say so: it faults (SIGBUS) where the file has become shorter.
namespace rproc::internal {

/// By what two looks at a file tell that it was written to in between. The time of a write counts in ticks of the
/// kernel, of 10 ms at most: what happens within the tick of the first look, and ends with its size, leaves no mark.
struct FileStamp {
    std::uint64_t size;    ///< bytes
    std::int64_t seconds;  ///< of the last write
    std::int64_t nanoseconds;

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// The stamp of a regular file; nothing of any other (a pipe, a device, a directory).
[[nodiscard]] std::optional<FileStamp> stamp_of(int fd) noexcept;

struct ReadCount {
    std::size_t size;  ///< bytes read before the end, or before the error
    int error;         ///< errno, or 0
};

/// Reads from where `fd` stands until `room` is full or the file ends.
[[nodiscard]] ReadCount read_up_to(int fd, std::span<std::byte> room) noexcept;

/// Whether the file that was read to its end is still the one of `before`, and had as many bytes as its size says.
/// A file of size 0 may have bytes all the same, as those of /proc.
[[nodiscard]] bool read_unchanged(int fd, const FileStamp& before) noexcept;

/// The content of a regular file, in memory of its own.
struct WholeFile {
    enum class Outcome {
        whole,
        changed,  ///< it was written to, or had another size than its stamp
        failed,
    };

    Outcome outcome;
    int error = 0;  ///< errno of a failure; EFBIG or ENOMEM where there is no memory for it
    std::unique_ptr<std::byte[]> data{};
    std::size_t size = 0;  ///< bytes at `data`
};

/// Reads a file from its start to its end, once. `fd` stands at the start.
[[nodiscard]] WholeFile read_whole(int fd, const FileStamp& before);

}  // namespace rproc::internal
