// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include "rproc/check/explain.hpp"
#include "rproc/internal/code_name.hpp"
#include "rproc/tee/protocol.hpp"

/// The texts behind `explain`, one row for each thing that can be explained.
namespace rproc::check {

/// A cause and the command to run next. In rows of lines {0}, {1}... stand for what the line says there. Where the line
/// names another processor, `remoteproc0` in the command becomes that.
struct CauseText {
    std::string_view what;
    std::string_view next;
    int errno_value = 0;  ///< the positive errno that the line must have for this cause; 0: any, or none
};

/// The likeliest first; unused ones are empty.
using CauseTexts = CauseText[8];

struct ErrnoRow {
    int value;  ///< of a row of kErrnoNames
    std::string_view meaning;
    CauseTexts causes;
};

/// The usual cause stands in `tee::ResultInfo`; this adds what to run next, and other causes.
struct ResultRow {
    tee::ResultCode code;
    std::string_view next;
    CauseTexts others;
};

/// What a result means when one command of the TEE's application returns it.
struct CommandResultRow {
    std::string_view command;  ///< as `tee::name_of(Command)`, or "open" for the session
    std::uint32_t code;
    std::string_view meaning;
    CauseTexts causes;
};

/// What one finding, or several lines, are about.
struct TopicRow {
    std::string_view name;  ///< the code of the finding, or a name of our own
    std::string_view meaning;
    CauseTexts causes;
    bool errno_tells = false;  ///< those of the line's errno follow where no cause here is for it alone
};

/// A line of the kernel, of OP-TEE or of U-Boot, without time and device; see lines.def.
struct LineRow {
    LineRole role;
    std::string_view pattern;
    std::string_view meaning;      ///< empty: that of the topic
    std::string_view topic;        ///< the name of a TopicRow; empty for lines that report no error
    std::string_view tee_command;  ///< the command whose result the line has; empty where there is none
};

/// What an oops of the kernel says below its first line, mostly a function.
struct OopsRow {
    std::string_view clue;
    std::string_view before;  ///< a line that the boot printed before; empty: whatever it was
    std::string_view meaning;
    std::string_view topic;  ///< the name of a TopicRow
};

/// Commands that many causes lead to; FW stands for the firmware's file.
namespace next {

inline constexpr std::string_view kCheck = "rproc check FW";
inline constexpr std::string_view kCheckHere = "rproc check FW --dtb /sys/firmware/fdt";
inline constexpr std::string_view kInspect = "rproc inspect FW";
inline constexpr std::string_view kNode = "rproc boards --dtb /sys/firmware/fdt";
inline constexpr std::string_view kRegions = "ls /proc/device-tree/reserved-memory";
inline constexpr std::string_view kDeferred = "cat /sys/kernel/debug/devices_deferred";
inline constexpr std::string_view kSections = "arm-none-eabi-objdump -h FW";
inline constexpr std::string_view kSize = "ls -l FW    # on both sides";
inline constexpr std::string_view kState = "cat /sys/class/remoteproc/remoteproc0/state";
inline constexpr std::string_view kTrace = "cat /sys/kernel/debug/remoteproc/remoteproc0/trace0";
inline constexpr std::string_view kTable = "cat /sys/kernel/debug/remoteproc/remoteproc0/resource_table";
inline constexpr std::string_view kChannels = "ls -l /sys/bus/rpmsg/devices";
inline constexpr std::string_view kLog = "dmesg | grep -i remoteproc | tail";
inline constexpr std::string_view kBefore = "dmesg | grep -i -B 5 'boot failed'";
inline constexpr std::string_view kTeeLog = "dmesg | grep -iE 'tee|remoteproc' | tail";
inline constexpr std::string_view kVerify = "rproc verify FW --key KEY";

}  // namespace next

}  // namespace rproc::check
