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

/// The errors of the kernel's files, with their texts.
namespace rproc::sysfs {

/// A file, and the error of the system call on it.
struct FileFailure {
    std::filesystem::path file;
    int error;                            ///< the positive errno
    std::optional<FileOwner> owner = {};  ///< of the file, if known
};

/// Formats a positive errno: "-22 (Invalid argument)".
[[nodiscard]] std::string errno_text(int error);

/// The error of a failed read.
/// @returns processor_unknown (ENOENT, ENODEV), access_denied (EACCES, EPERM) or kernel_file_failed (any other).
[[nodiscard]] Error read_error(const FileFailure& failure);

/// The error of a failed write.
/// @param text that was written.
/// @returns as `read_error`, and state_invalid (EBUSY, EINVAL).
[[nodiscard]] Error write_error(const FileFailure& failure, std::string_view text);

/// The facts about a failed start.
struct FailedStart {
    std::string remoteproc;        ///< "remoteproc0"
    State before;                  ///< offline, or detached for an attach
    std::string firmware;          ///< its name; empty if it could not be read
    int error;                     ///< errno of the write; 0 if it succeeded although the processor is not up
    std::vector<std::string> log;  ///< the kernel's lines about the start
    bool log_readable;             ///< whether /dev/kmsg could be read
    std::vector<std::filesystem::path> searched;  ///< the directories that the kernel searched for the firmware
};

/// The error of a start that the kernel refused. Its `kernel_line` has the kernel's lines, separated by newlines.
/// @returns firmware_not_found (ENOENT; of a detached processor table_missing), memory_exhausted (ENOMEM),
///   vendor_entry_fails_boot (reported as success), timed_out (ETIMEDOUT) or boot_refused (any other).
[[nodiscard]] Error start_error(const FailedStart& start);

/// The error of a request that the state does not allow, state_invalid.
/// @param verb the request: "start".
[[nodiscard]] Error wrong_state(const std::string& remoteproc, std::string_view verb, State state);

/// The error of a start after which the processor crashed immediately.
[[nodiscard]] Error crashed_at_once(const std::string& remoteproc);

/// The error of a stop or detach that the kernel accepted, but that only decremented its user count.
/// @param verb "stop" or "detach".
[[nodiscard]] Error only_counted(const std::string& remoteproc, std::string_view verb, State state);

/// @returns the error with the kernel's lines, separated by newlines, as its `kernel_line`.
[[nodiscard]] Error with_lines(Error error, const std::vector<std::string>& lines);

/// The error of a wait for a state, timed_out.
/// @param seen the last content of the state file.
[[nodiscard]] Error timeout_error(const std::string& remoteproc, std::string_view wanted, std::string_view seen,
                                  std::chrono::milliseconds timeout);

/// Checks the name of a firmware. The kernel takes a name relative to its search directories, truncates it at a
/// newline, and accepts neither an absolute path nor "..".
/// @param searched the search directories of the kernel, for the hint.
/// @returns nothing for a valid name, or firmware_name_empty, firmware_not_found (an absolute path, or one that leaves
///   the directories), or kernel_file_failed (the kernel would truncate it).
[[nodiscard]] std::optional<Error> firmware_name_error(std::string_view name,
                                                       const std::vector<std::filesystem::path>& searched);

}  // namespace rproc::sysfs
