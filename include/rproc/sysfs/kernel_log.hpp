// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/observer.hpp"

namespace rproc::sysfs {

/// A line of a real kernel's log. A value.
struct KernelLine {
    LogLevel level;
    LogSource source;
    std::string text;
};

/// Reads a record of /dev/kmsg, "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,...];TEXT" (Documentation/ABI/testing/dev-kmsg).
/// @returns the line with its device's prefix, as dmesg shows it; nothing for any other text.
[[nodiscard]] std::optional<KernelLine> parse_kmsg(std::string_view record);

/// Those of the records that are about one processor: of itself ("remoteproc remoteproc0: "), of the device it belongs
/// to ("stm32-rproc 10000000.m4: "), and of virtio devices of remote processors; without these prefixes.
/// @param remoteproc "remoteproc0".
/// @param device "10000000.m4"; may be empty.
[[nodiscard]] std::vector<KernelLine> lines_about(const std::vector<std::string>& records, std::string_view remoteproc,
                                                  std::string_view device);

}  // namespace rproc::sysfs
