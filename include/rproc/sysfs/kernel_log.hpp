// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/observer.hpp"

namespace rproc::sysfs {

/// A line of the log of the running kernel. A value.
struct KernelLine {
    LogLevel level;
    LogSource source;
    std::string text;
};

/// Parses a record of /dev/kmsg, "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,...];TEXT"
/// (Documentation/ABI/testing/dev-kmsg).
/// @returns the line with the prefix of its device, as dmesg prints it, or nothing for any other text.
[[nodiscard]] std::optional<KernelLine> parse_kmsg(std::string_view record);

/// Selects the records about one processor: its own ("remoteproc remoteproc0: "), those of its parent device
/// ("stm32-rproc 10000000.m4: "), and those of virtio devices of remote processors.
/// @param records as KernelLogReader returns them.
/// @param remoteproc "remoteproc0".
/// @param device "10000000.m4"; may be empty.
/// @returns the lines without these prefixes, in order.
[[nodiscard]] std::vector<KernelLine> lines_about(const std::vector<std::string>& records, std::string_view remoteproc,
                                                  std::string_view device);

}  // namespace rproc::sysfs
