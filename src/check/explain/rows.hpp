// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "rproc/internal/code_name.hpp"
#include "rproc/tee/protocol.hpp"

/// The texts behind `explain`, one row for each thing that can be explained.
namespace rproc::check {

/// A cause and the command to run next. In rows of the kernel's lines {0}, {1}... stand for what the line says there.
struct CauseText {
    std::string_view what;
    std::string_view next;
};

/// Up to four, the likeliest first; unused ones are empty.
using CauseTexts = CauseText[4];

struct ErrnoRow {
    int value;              ///< Linux's number on Arm, positive
    std::string_view name;  ///< "EINVAL"
    std::string_view text;  ///< as a shell prints it: "Invalid argument"
    std::string_view meaning;
    CauseTexts causes;
};

/// The usual cause stands in `tee::ResultInfo`; this adds what to run next, and other causes.
struct ResultRow {
    tee::ResultCode code;
    std::string_view next;
    CauseTexts others;
};

/// What one finding, or several lines of the kernel, are about.
struct TopicRow {
    std::string_view name;  ///< the code of the finding, or a name of our own
    std::string_view meaning;
    CauseTexts causes;
};

/// A line of the kernel, without time and device. {} stands for anything, also for nothing.
struct LineRow {
    std::string_view pattern;
    std::string_view meaning;  ///< empty: that of the topic
    std::string_view topic;    ///< the name of a TopicRow
};

/// Commands that many causes lead to; FW stands for the firmware's file.
namespace next {

inline constexpr std::string_view kCheck = "rproc check FW";
inline constexpr std::string_view kCheckHere = "rproc check FW --dtb /sys/firmware/fdt";
inline constexpr std::string_view kInspect = "rproc inspect FW";
inline constexpr std::string_view kNode = "rproc boards --dtb /sys/firmware/fdt";
inline constexpr std::string_view kSections = "arm-none-eabi-objdump -h FW";
inline constexpr std::string_view kSize = "ls -l FW    # on both sides";
inline constexpr std::string_view kState = "cat /sys/class/remoteproc/remoteproc0/state";
inline constexpr std::string_view kTrace = "cat /sys/kernel/debug/remoteproc/remoteproc0/trace0";
inline constexpr std::string_view kLog = "dmesg | grep -i remoteproc | tail";
inline constexpr std::string_view kTeeLog = "dmesg | grep -iE 'tee|remoteproc' | tail";

}  // namespace next

}  // namespace rproc::check
