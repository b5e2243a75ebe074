// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/error.hpp"
#include "rproc/state.hpp"
#include "rproc/sysfs/sysfs_files.hpp"

/// What goes wrong with the files of a real kernel, in words.
namespace rproc::sysfs {

/// A file, and why the system refused it.
struct FileFailure {
    std::filesystem::path file;
    int error;                            ///< the positive errno
    std::optional<FileOwner> owner = {};  ///< of the file, where known
};

/// "-22 (Invalid argument)"
[[nodiscard]] std::string errno_text(int error);

/// A file that could not be read.
/// @returns the error: processor_unknown (ENOENT, ENODEV), access_denied (EACCES, EPERM) or kernel_file_failed.
[[nodiscard]] Error read_error(const FileFailure& failure);

/// A file that could not be written.
/// @param text what was to be written.
/// @returns the error: as `read_error`, or state_invalid (EBUSY, EINVAL) or kernel_file_failed.
[[nodiscard]] Error write_error(const FileFailure& failure, std::string_view text);

/// What is known of a start that failed.
struct FailedStart {
    std::string remoteproc;                       ///< "remoteproc0"
    State before;                                 ///< offline, or detached when it was to be attached to
    std::string firmware;                         ///< its name, where it could be read
    int error;                                    ///< that the write returned; 0: it succeeded, and nothing runs
    std::vector<std::string> log;                 ///< the kernel's lines about it
    bool log_readable;                            ///< whether those lines could be read at all
    std::vector<std::filesystem::path> searched;  ///< the directories in which the kernel looked
};

/// A start that the kernel refused. `kernel_line` has the kernel's lines, one below the other.
/// @returns the error: firmware_not_found (ENOENT; of a detached processor table_missing), memory_exhausted (ENOMEM),
///   vendor_entry_fails_boot (reported as success), timed_out (ETIMEDOUT) or boot_refused.
[[nodiscard]] Error start_error(const FailedStart& start);

/// A request that does not fit the state.
/// @param verb what was asked for: "start".
[[nodiscard]] Error wrong_state(const std::string& remoteproc, std::string_view verb, State state);

/// A start that ended in a crash at once.
[[nodiscard]] Error crashed_at_once(const std::string& remoteproc);

/// A stop or detach that the kernel took, and that left the state as it was.
/// @param verb "stop".
[[nodiscard]] Error only_counted(const std::string& remoteproc, std::string_view verb, State state);

/// The error with the kernel's lines in `kernel_line`, one below the other.
[[nodiscard]] Error with_lines(Error error, const std::vector<std::string>& lines);

/// A state that did not come.
/// @param seen what the state file said last.
[[nodiscard]] Error timeout_error(const std::string& remoteproc, std::string_view wanted, std::string_view seen,
                                  std::chrono::milliseconds timeout);

/// What is wrong with a firmware's name; nothing when it is one. The kernel takes a name relative to the directories in
/// which it looks, cuts it at a newline, and follows neither a path from the root nor "..".
/// @param searched the directories in which the kernel looks, for the hint.
/// @returns firmware_name_empty, firmware_not_found (a path from the root, or one that leaves the directories), or
///   kernel_file_failed for one that the kernel would cut.
[[nodiscard]] std::optional<Error> firmware_name_error(std::string_view name,
                                                       const std::vector<std::filesystem::path>& searched);

}  // namespace rproc::sysfs
