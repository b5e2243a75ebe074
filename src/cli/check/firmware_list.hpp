// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rproc/result.hpp"

namespace rproc::cli {

/// The firmwares of a call.
struct FirmwareList {
    std::vector<std::string> arguments;  ///< files, names, "-", and directories when `recursive`
    std::string files_from;              ///< a file with one argument a line, "-" for standard input; may be empty
    bool recursive = false;
};

/// Calls `visit` with each firmware, one at a time: those of the call, in its order, then those listed in `files_from`.
/// The files of a directory come in the order of their names, its directories with them; symbolic links to directories
/// are not followed. Holds the list, and the names of one directory at each depth.
/// @returns nothing, or
///   firmware_not_found, firmware_unreadable: the list `files_from` or a directory cannot be read;
///   firmware_changed: the list is a regular file, and was written to while it was read.
[[nodiscard]] Result<void> for_each_firmware(const FirmwareList& list,
                                             const std::function<void(const std::string&)>& visit);

}  // namespace rproc::cli
