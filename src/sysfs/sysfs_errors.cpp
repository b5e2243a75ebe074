// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/sysfs_errors.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace rproc::sysfs {
namespace {

namespace fs = std::filesystem;

std::string joined(const std::vector<fs::path>& directories) {
    std::string text;
    for (const fs::path& each : directories) text += fmt::format("{}{}", text.empty() ? "" : ", ", each.string());
    return text;
}

constexpr ErrorText kDenied{.code = ErrorCode::access_denied, .message = "this user may not {0} it", .hint = "{1}"};
constexpr ErrorText kDeniedByOwner{.code = ErrorCode::access_denied,
                                   .message = "this user may not {0} it: it belongs to {2} and {3}, mode {4:04o}",
                                   .hint = "{1}"};
constexpr ErrorText kNoFile{.code = ErrorCode::processor_unknown,
                            .message = "there is no such file",
                            .hint = "the processor, or its driver, is gone; see `rproc ctl list`"};
constexpr ErrorText kNoDebugFile{
    .code = ErrorCode::processor_unknown,
    .message = "there is no such file",
    .hint = "is debugfs mounted (mount -t debugfs none /sys/kernel/debug), and does the kernel have it?"};
constexpr ErrorText kNotFound{.code = ErrorCode::firmware_not_found,
                              .message = "the kernel finds no firmware \"{0}\"; it looks in {1}",
                              .hint = "copy the file there, or load another name"};
constexpr ErrorText kNoTableOfRunning{
    .code = ErrorCode::table_missing,
    .message = "the kernel finds no resource table of the firmware that runs already: {0}",
    .hint =
        "the bootloader that starts it must store the table's device address where the driver reads it: on an "
        "STM32MP15 "
        "in "
        "the register of st,syscfg-rsc-tbl"};
constexpr ErrorText kPathGiven{
    .code = ErrorCode::firmware_not_found,
    .message = "the kernel takes a name relative to the directories where it looks for firmware, not a path",
    .hint =
        "copy the file to {0}, and give its name; or write its directory, without a newline, to "
        "/sys/module/firmware_class/parameters/path"};
constexpr ErrorText kPathOfName{.code = ErrorCode::firmware_not_found,
                                .message = kPathGiven.message,
                                .hint = "give \"{0}\", which is the same file"};
constexpr ErrorText kNoName{.code = ErrorCode::firmware_name_empty,
                            .message = "the firmware's name is empty",
                            .hint = "give the name of a file below /lib/firmware"};
constexpr ErrorText kNewline{.code = ErrorCode::kernel_file_failed,
                             .message = "the firmware's name has a newline, and the kernel would cut it there",
                             .hint = "give the name without the newline"};
constexpr ErrorText kUnreadable{.code = ErrorCode::kernel_file_failed, .message = "cannot be read: {0}"};
constexpr ErrorText kBusy{.code = ErrorCode::state_invalid,
                          .message = "the kernel does not take \"{0}\" while the processor is up: {1}",
                          .hint = "stop the processor first"};
constexpr ErrorText kRefused{.code = ErrorCode::state_invalid,
                             .message = "the kernel does not take \"{0}\": {1}",
                             .hint = "its state does not allow it; see `rproc ctl info`"};
constexpr ErrorText kFailed{.code = ErrorCode::kernel_file_failed, .message = "the kernel does not take \"{0}\": {1}"};
constexpr ErrorText kCrashedAtOnce{.code = ErrorCode::state_invalid,
                                   .message = "was started, and crashed at once",
                                   .hint = "its trace may tell why; `rproc ctl watch` shows whether it is recovered"};
constexpr ErrorText kOnlyCounted{
    .code = ErrorCode::state_invalid,
    .message = "is still {0} after {1}",
    .hint = "another program has started it as well: the kernel counts users, and needs one stop for each"};
constexpr ErrorText kNotInTime{.code = ErrorCode::timed_out,
                               .message = "is not {0} after {1} ms, but {2}",
                               .hint = "see its trace and the kernel's log; --timeout waits longer"};

/// @returns the error with other texts, and one more argument, that of the last placeholder of `text`.
Error reworded(const Error& error, const ErrorText& text, std::string_view argument) {
    std::vector<TextArgument> arguments(error.arguments().begin(), error.arguments().end());
    arguments.emplace_back(argument);
    Error changed = Error::of(text, error.place(), arguments);
    changed.set_step(error.step());
    return changed;
}

/// The placeholder of an error's next argument, "{2}".
std::string_view next_hole(const Error& error) {
    static constexpr std::array<std::string_view, 8> kHoles{"{0}", "{1}", "{2}", "{3}", "{4}", "{5}", "{6}", "{7}"};
    return kHoles.at(error.arguments().size());
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
        return "its driver rejects all writes: another driver of the kernel controls the processor";
    return "use sudo; or let a group write by the udev rule SUBSYSTEM==\"remoteproc\", ACTION==\"add\", "
           "RUN+=\"/bin/chgrp -R remoteproc /sys%p/\", RUN+=\"/bin/chmod g+w /sys%p/state /sys%p/firmware "
           "/sys%p/recovery /sys%p/coredump\", with a group remoteproc that the user is in";
}

Error denied(const FileFailure& failure, std::string_view action) {
    const Place where = place::File{failure.file.native()};
    const std::string hint = permission_hint(failure);
    if (!failure.owner) return Error(kDenied, where, action, hint);
    return Error(kDeniedByOwner, where, action, hint, who("user", failure.owner->user),
                 who("group", failure.owner->group), failure.owner->mode);
}

Error missing(const FileFailure& failure) {
    const Place where = place::File{failure.file.native()};
    return in_debugfs(failure.file) ? Error(kNoDebugFile, where) : Error(kNoFile, where);
}

/// @returns the error of an errno that is independent of the operation, or nothing.
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
    {ENOMEM, ErrorCode::memory_exhausted, "the kernel cannot provide the memory that the firmware asks for",
     "a carveout or vring does not fit the memory-region of its name; see `rproc check`"},
    {ETIMEDOUT, ErrorCode::timed_out, "the processor or the TEE did not answer the kernel in time",
     "see the trace of the processor, and the log of the TEE"},
    {EOPNOTSUPP, ErrorCode::attach_unsupported, "the driver cannot do this", "see the driver's documentation"},
};

constexpr StartReason kAnyReason{EINVAL, ErrorCode::boot_refused, "the kernel refused the firmware",
                                 "run `rproc check` on it, on the board as root"};

Error start_error_without_log(const FailedStart& start) {
    const Place where = place::Processor{start.remoteproc};
    if (start.error == ENOENT && start.before == State::detached)
        return Error(kNoTableOfRunning, where, errno_text(start.error));
    if (start.error == ENOENT) return Error(kNotFound, where, start.firmware, joined(start.searched));
    const auto* const found = std::ranges::find(kStartReasons, start.error, &StartReason::error);
    const StartReason& reason = found == std::end(kStartReasons) ? kAnyReason : *found;
    const std::string firmware = start.firmware.empty() ? "" : ", " + start.firmware;
    const std::string error = start.error == 0 ? "" : ": " + errno_text(start.error);
    const TextArgument arguments[]{reason.what, firmware, error};
    return Error::of({.code = reason.code, .message = "{0}{1}{2}", .hint = reason.hint}, where, arguments);
}

bool leaves_directory(const fs::path& name) { return std::ranges::find(name, fs::path("..")) != name.end(); }

/// The name of a path relative to a search directory of the kernel; empty for any other path.
std::string name_below(const fs::path& path, const std::vector<fs::path>& searched) {
    for (const fs::path& directory : searched) {
        const fs::path relative = path.lexically_normal().lexically_relative(directory.lexically_normal());
        if (!relative.empty() && !leaves_directory(relative)) return relative.string();
    }
    return {};
}

Error path_error(const fs::path& path, const std::vector<fs::path>& searched) {
    const std::string name = name_below(path, searched);
    if (!name.empty()) return Error(kPathOfName, place::File{path.native()}, name);
    return Error(kPathGiven, place::File{path.native()}, searched.empty() ? "/lib/firmware" : searched.back().native());
}

}  // namespace

std::string errno_text(int error) { return fmt::format("-{} ({})", error, std::generic_category().message(error)); }

Error read_error(const FileFailure& failure) {
    if (auto error = common_error(failure, "read")) return *std::move(error);
    return Error(kUnreadable, place::File{failure.file.native()}, errno_text(failure.error));
}

Error write_error(const FileFailure& failure, std::string_view text) {
    if (auto error = common_error(failure, "write")) return *std::move(error);
    const Place where = place::File{failure.file.native()};
    const std::string reason = errno_text(failure.error);
    if (failure.error == EBUSY) return Error(kBusy, where, text, reason);
    return failure.error == EINVAL ? Error(kRefused, where, text, reason) : Error(kFailed, where, text, reason);
}

Error start_error(const FailedStart& start) {
    Error error = with_lines(start_error_without_log(start), start.log);
    error.set_step(Step::start);
    if (start.log_readable) return error;
    ErrorText text = error.text();
    text.hint = next_hole(error);
    return reworded(error, text,
                    error.hint() + "; the kernel's log, which this user may not read, has the reason (sudo dmesg)");
}

Error wrong_state(const std::string& remoteproc, std::string_view verb, State state) {
    const auto hint = [&]() -> std::string_view {
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
    const TextArgument arguments[]{verb, to_string(state)};
    return Error::of({.code = ErrorCode::state_invalid, .message = "cannot {0} while it is {1}", .hint = hint()},
                     place::Processor{remoteproc}, arguments);
}

Error crashed_at_once(const std::string& remoteproc) { return Error(kCrashedAtOnce, place::Processor{remoteproc}); }

Error only_counted(const std::string& remoteproc, std::string_view verb, State state) {
    return Error(kOnlyCounted, place::Processor{remoteproc}, to_string(state), verb);
}

Error with_lines(Error error, const std::vector<std::string>& lines) {
    if (lines.empty()) {
        error.set_kernel_line("");
        return error;
    }
    ErrorText text = error.text();
    text.kernel_line = next_hole(error);
    return reworded(error, text, fmt::format("{}", fmt::join(lines, "\n")));
}

Error timeout_error(const std::string& remoteproc, std::string_view wanted, std::string_view seen,
                    std::chrono::milliseconds timeout) {
    return Error(kNotInTime, place::Processor{remoteproc}, wanted, timeout.count(),
                 seen.empty() ? "of no known state" : seen);
}

std::optional<Error> firmware_name_error(std::string_view name, const std::vector<fs::path>& searched) {
    if (name.empty() || name.front() == '\n') {
        return Error(kNoName, {});
    }
    if (name.find('\n') != std::string_view::npos) {
        return Error(kNewline, {});
    }
    if (name.front() == '/' || leaves_directory(name)) return path_error(name, searched);
    return std::nullopt;
}

}  // namespace rproc::sysfs
