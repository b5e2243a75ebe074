// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/linux/sysfs_errors.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rproc::linux {
namespace {

namespace fs = std::filesystem;

std::string joined(const std::vector<fs::path>& directories) {
    std::string text;
    for (const fs::path& each : directories) text += fmt::format("{}{}", text.empty() ? "" : ", ", each.string());
    return text;
}

std::string who(std::string_view kind, unsigned id) {
    return id == 0 ? fmt::format("{} root", kind) : fmt::format("{} {}", kind, id);
}

bool in_debugfs(const fs::path& file) { return file.string().find("/kernel/debug/") != std::string::npos; }

std::string permission_hint(const FileFailure& failure) {
    if (in_debugfs(failure.file)) return "debugfs is for root alone: use sudo";
    if (failure.file.filename() == "kmsg") return "use sudo, or allow it: sysctl kernel.dmesg_restrict=0";
    constexpr unsigned kAnyWrite = 0222;
    if (failure.owner && (failure.owner->mode & kAnyWrite) == 0)
        return "its driver lets nobody write: the processor is controlled by another driver of the kernel";
    return "use sudo; or let a group write by the udev rule SUBSYSTEM==\"remoteproc\", ACTION==\"add\", "
           "RUN+=\"/bin/chgrp -R remoteproc /sys%p/\", RUN+=\"/bin/chmod g+w /sys%p/state /sys%p/firmware "
           "/sys%p/recovery /sys%p/coredump\", with a group remoteproc that the user is in";
}

Error denied(const FileFailure& failure, std::string_view action) {
    std::string what = fmt::format("this user may not {} it", action);
    if (failure.owner) {
        what += fmt::format(": it belongs to {} and {}, mode {:04o}", who("user", failure.owner->user),
                            who("group", failure.owner->group), failure.owner->mode);
    }
    return {.code = ErrorCode::access_denied,
            .what = std::move(what),
            .where = failure.file.string(),
            .hint = permission_hint(failure)};
}

Error missing(const FileFailure& failure) {
    const bool debugfs = in_debugfs(failure.file);
    return {.code = ErrorCode::processor_unknown,
            .what = "there is no such file",
            .where = failure.file.string(),
            .hint = debugfs
                        ? "is debugfs mounted (mount -t debugfs none /sys/kernel/debug), and does the kernel have it?"
                        : "the processor, or its driver, is gone; see `rproc ctl list`"};
}

/// What every file can meet; nothing for an errno that depends on what was done.
std::optional<Error> common_error(const FileFailure& failure, std::string_view action) {
    switch (failure.error) {
        case EACCES:
        case EPERM: return denied(failure, action);
        case ENOENT:
        case ENODEV: return missing(failure);
        default: return std::nullopt;
    }
}

struct StartReason {
    int error;
    ErrorCode code;
    std::string_view what;
    std::string_view hint;
};

constexpr StartReason kStartReasons[]{
    {0, ErrorCode::vendor_entry_fails_boot, "the kernel reported success, but the processor is offline",
     "a vendor entry (type 512) in the resource table does that; see `rproc check`"},
    {ENOMEM, ErrorCode::memory_exhausted, "the kernel has no memory as the firmware wants it",
     "a carveout or vring does not fit the memory-region of its name; see `rproc check`"},
    {ETIMEDOUT, ErrorCode::timed_out, "the processor or the TEE did not answer the kernel in time",
     "see the trace of the processor, and the log of the TEE"},
    {EOPNOTSUPP, ErrorCode::attach_unsupported, "the driver cannot do this", "see the driver's documentation"},
};

constexpr StartReason kAnyReason{EINVAL, ErrorCode::boot_refused, "the kernel refused the firmware",
                                 "run `rproc check` on it, on the board as root"};

Error firmware_missing(const FailedStart& start) {
    return {.code = ErrorCode::firmware_not_found,
            .what = fmt::format("the kernel finds no firmware \"{}\"; it looks in {}", start.firmware,
                                joined(start.searched)),
            .where = start.remoteproc,
            .hint = "copy the file there, or load another name"};
}

Error table_of_running_missing(const FailedStart& start) {
    return {.code = ErrorCode::table_missing,
            .what = fmt::format("the kernel finds no resource table of the firmware that runs already: {}",
                                errno_text(start.error)),
            .where = start.remoteproc,
            .hint =
                "who starts it (the bootloader) must leave the table's device address where the driver looks: on an "
                "STM32MP15 in the register of st,syscfg-rsc-tbl"};
}

Error start_error_without_log(const FailedStart& start) {
    if (start.error == ENOENT)
        return start.before == State::detached ? table_of_running_missing(start) : firmware_missing(start);
    const auto* const found = std::ranges::find(kStartReasons, start.error, &StartReason::error);
    const StartReason& reason = found == std::end(kStartReasons) ? kAnyReason : *found;
    std::string what(reason.what);
    if (!start.firmware.empty()) what += fmt::format(", {}", start.firmware);
    if (start.error != 0) what += fmt::format(": {}", errno_text(start.error));
    return {.code = reason.code, .what = std::move(what), .where = start.remoteproc, .hint = std::string(reason.hint)};
}

bool leaves_directory(const fs::path& name) { return std::ranges::find(name, fs::path("..")) != name.end(); }

/// The name by which the kernel knows a path that lies where it looks; empty for another path.
std::string name_below(const fs::path& path, const std::vector<fs::path>& searched) {
    for (const fs::path& directory : searched) {
        const fs::path relative = path.lexically_normal().lexically_relative(directory.lexically_normal());
        if (!relative.empty() && !leaves_directory(relative)) return relative.string();
    }
    return {};
}

Error path_error(const fs::path& path, const std::vector<fs::path>& searched) {
    const std::string name = name_below(path, searched);
    return {
        .code = ErrorCode::firmware_not_found,
        .what = "the kernel takes a name relative to the directories where it looks for firmware, not a path",
        .where = path.string(),
        .hint = name.empty()
                    ? fmt::format("copy the file to {}, and give its name; or write its directory, without a newline, "
                                  "to /sys/module/firmware_class/parameters/path",
                                  searched.empty() ? "/lib/firmware" : searched.back().string())
                    : fmt::format("give \"{}\", which is the same file", name)};
}

}  // namespace

std::string errno_text(int error) { return fmt::format("-{} ({})", error, std::generic_category().message(error)); }

Error read_error(const FileFailure& failure) {
    if (auto error = common_error(failure, "read")) return *std::move(error);
    return {.code = ErrorCode::kernel_file_failed,
            .what = fmt::format("cannot be read: {}", errno_text(failure.error)),
            .where = failure.file.string()};
}

Error write_error(const FileFailure& failure, std::string_view text) {
    if (auto error = common_error(failure, "write")) return *std::move(error);
    const bool refused = failure.error == EBUSY || failure.error == EINVAL;
    return {.code = refused ? ErrorCode::state_invalid : ErrorCode::kernel_file_failed,
            .what = fmt::format("the kernel does not take \"{}\"{}: {}", text,
                                failure.error == EBUSY ? " while the processor is up" : "", errno_text(failure.error)),
            .where = failure.file.string(),
            .hint = failure.error == EBUSY ? "stop the processor first"
                    : refused              ? "its state does not allow it; see `rproc ctl info`"
                                           : ""};
}

Error start_error(const FailedStart& start) {
    Error error = with_lines(start_error_without_log(start), start.log);
    error.step = Step::start;
    if (!start.log_readable)
        error.hint += "; the kernel's log, which this user may not read, has the reason (sudo dmesg)";
    return error;
}

Error wrong_state(const std::string& remoteproc, std::string_view verb, State state) {
    const auto hint = [&]() -> std::string {
        if (verb == "start" && state == State::crashed) return "stop it first, or recover it: `rproc ctl restart`";
        if (verb == "start")
            return "stop it first, or `rproc ctl restart`: a second start only counts, and needs a second stop";
        if (verb == "stop" && state == State::crashed)
            return "this kernel stops only what runs: recover it first (`rproc ctl restart`), then stop it";
        if (state == State::detached)
            return "it runs firmware that Linux has not started: attach to it with `rproc ctl start`, then stop it";
        if (verb == "load") return "the firmware can change only while the processor is offline: stop it first";
        return {};
    };
    return {.code = ErrorCode::state_invalid,
            .what = fmt::format("cannot {} while it is {}", verb, to_string(state)),
            .where = remoteproc,
            .hint = hint()};
}

Error crashed_at_once(const std::string& remoteproc) {
    return {.code = ErrorCode::state_invalid,
            .what = "was started, and crashed at once",
            .where = remoteproc,
            .hint = "its trace may tell why; `rproc ctl watch` shows whether it is recovered"};
}

Error only_counted(const std::string& remoteproc, std::string_view verb, State state) {
    return {.code = ErrorCode::state_invalid,
            .what = fmt::format("is still {} after {}", to_string(state), verb),
            .where = remoteproc,
            .hint = "somebody else has started it too: the kernel counts, and wants as many stops"};
}

Error with_lines(Error error, const std::vector<std::string>& lines) {
    error.kernel_line = fmt::format("{}", fmt::join(lines, "\n"));
    return error;
}

Error timeout_error(const std::string& remoteproc, std::string_view wanted, std::string_view seen,
                    std::chrono::milliseconds timeout) {
    return {.code = ErrorCode::timed_out,
            .what = fmt::format("is not {} after {} ms, but {}", wanted, timeout.count(),
                                seen.empty() ? "of no known state" : seen),
            .where = remoteproc,
            .hint = "see its trace and the kernel's log; --timeout waits longer"};
}

std::optional<Error> firmware_name_error(std::string_view name, const std::vector<fs::path>& searched) {
    if (name.empty() || name.front() == '\n') {
        return Error{.code = ErrorCode::firmware_name_empty,
                     .what = "the firmware's name is empty",
                     .hint = "give the name of a file below /lib/firmware"};
    }
    if (name.find('\n') != std::string_view::npos) {
        return Error{.code = ErrorCode::kernel_file_failed,
                     .what = "the firmware's name has a newline, and the kernel would cut it there",
                     .hint = "give the name without the newline"};
    }
    if (name.front() == '/' || leaves_directory(name)) return path_error(name, searched);
    return std::nullopt;
}

}  // namespace rproc::linux
