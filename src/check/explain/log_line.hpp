// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

namespace rproc::check {

/// A line without the time, level and host that dmesg, journalctl and syslog put before it, and without the level,
/// processor, function and number that OP-TEE's console does ("E/TA:  remoteproc_load_fw:1250 ").
struct LogLine {
    std::string_view text;
    bool of_optee;
};

[[nodiscard]] LogLine log_line(std::string_view line);

/// Whether text before a message, "stm32-rproc 10000000.m4: ", names a driver or a device of remoteproc; also when it
/// is empty. Other drivers print some of the same words.
[[nodiscard]] bool is_of_remoteproc(std::string_view before);

/// The device that a line names: "remoteproc0" where that stands anywhere in it, else the last word before the message:
/// "10000000.m4", or the one that was probed. Empty when there is none.
/// @param before the text before the message.
[[nodiscard]] std::string_view device_of(std::string_view line, std::string_view before);

/// "remoteprocN" where that stands in a text as a word; else empty.
[[nodiscard]] std::string_view remoteproc_in(std::string_view text);

}  // namespace rproc::check
