// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "rproc/core/crash.hpp"
#include "rproc/debug/coredump.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/state.hpp"
#include "rproc/sysfs/kernel_log.hpp"
#include "rproc/sysfs/sysfs_errors.hpp"
#include "rproc/sysfs/sysfs_files.hpp"
#include "rproc/sysfs/sysfs_find.hpp"
#include "rproc/sysfs/sysfs_text.hpp"

namespace rproc::sysfs {

/// The clock and sleep function of waits; a test replaces it.
template <class C>
concept WaitClock = requires(C& clock, std::chrono::milliseconds time) {
    // Monotonic time since an arbitrary epoch.
    { clock.now() } -> std::same_as<std::chrono::milliseconds>;
    // Blocks for that time.
    clock.sleep(time);
};

/// std::chrono::steady_clock.
struct SteadyClock {
    [[nodiscard]] std::chrono::milliseconds now() const {
        const auto time = std::chrono::steady_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(time);
    }
    void sleep(std::chrono::milliseconds time) const { std::this_thread::sleep_for(time); }
};

/// A remote processor of the running kernel, controlled through its files in sysfs and debugfs.
///
/// Each call reads or writes the files again: other programs may control the same processor meanwhile. A write needs
/// root, or a udev rule; debugfs needs root. Every member returns, besides its own errors:
///   processor_unknown: the processor, or one of its files, does not exist;
///   access_denied: the user lacks the permission; the hint names the owner;
///   kernel_file_failed: a system call failed with another errno.
/// The observer receives the states as they are read, and the kernel's log lines about an operation.
///
/// Threads: not thread-safe.
template <SysfsFiles F = LocalFiles, Observer O = NullObserver, WaitClock C = SteadyClock>
class BasicSysfsRemoteProcessor {
  public:
    using Milliseconds = std::chrono::milliseconds;

    /// @param place the processor, from `find_processor`.
    explicit BasicSysfsRemoteProcessor(ProcessorPlace place, SysfsRoot root = {}, F files = {}, O observer = {},
                                       C clock = {})
        : place_(std::move(place)),
          root_(std::move(root)),
          files_(std::move(files)),
          observer_(std::move(observer)),
          clock_(std::move(clock)) {}

    /// The identification of the processor.
    [[nodiscard]] const ProcessorPlace& place() const noexcept { return place_; }
    /// The observer of this object.
    [[nodiscard]] O& observer() noexcept { return observer_; }

    /// Reads the state.
    /// @returns the state, or kernel_file_failed also for an unknown word.
    [[nodiscard]] Result<State> state() {
        RPROC_TRY_ASSIGN(const std::string word, attribute("state"));
        if (const auto state = note_state(word)) return *state;
        return fail(kUnknownState, place::File{(directory() / "state").native()}, word);
    }

    /// The name of the firmware; "unknown" for a processor that a bootloader has started.
    [[nodiscard]] Result<std::string> firmware() { return attribute("firmware"); }

    /// Sets the firmware of the next start. The start checks whether the file exists.
    /// @param name relative to the firmware directories.
    /// @returns nothing, or
    ///   the errors of `firmware_name_error`;
    ///   state_invalid: the processor is not offline.
    [[nodiscard]] Result<void> set_firmware(const std::string& name) {
        if (auto error = firmware_name_error(name, firmware_directories())) return fail(*std::move(error));
        RPROC_TRY_ASSIGN(const State now, state());
        if (now != State::offline) return fail(wrong_state(place_.entry, "load", now));
        return put(directory() / "firmware", name);
    }

    /// Whether a file of that name, plain or compressed, exists in a firmware directory of the kernel.
    [[nodiscard]] bool firmware_exists(const std::string& name) {
        const auto exists = [&](const std::filesystem::path& directory) {
            return std::ranges::any_of(kFirmwareSuffixes, [&](std::string_view suffix) {
                return files_.owner(directory / (name + std::string(suffix))).has_value();
            });
        };
        return std::ranges::any_of(firmware_directories(), exists);
    }

    /// The search directories of the kernel for firmware, in its order.
    [[nodiscard]] std::vector<std::filesystem::path> firmware_directories() {
        const auto text = [&](const std::filesystem::path& file) {
            return internal::first_line(files_.read(file).value_or(std::string()));
        };
        return search_directories(root_.firmware, text(root_.proc / "sys/kernel/osrelease"),
                                  text(root_.sys / "module/firmware_class/parameters/path"));
    }

    /// Boots the firmware, or attaches to a `detached` processor. Returns when the processor is running or attached.
    /// The kernel accepts a start of a running processor, and then requires a second stop; this function refuses it.
    /// @param timeout limit of the wait for the state.
    /// @returns nothing, or
    ///   state_invalid: the processor is neither offline nor detached;
    ///   the errors of `start_error`: the kernel refused; `kernel_line` has its lines, if the log is readable;
    ///   timed_out: the state was not reached in time.
    [[nodiscard]] Result<void> start(Milliseconds timeout) {
        RPROC_TRY_ASSIGN(const State before, state());
        if (before != State::offline && before != State::detached)
            return fail(wrong_state(place_.entry, "start", before));
        auto log = files_.open_log(root_.dev / "kmsg");
        const auto written = files_.write(directory() / "state", "start");
        if (!written && (written.error() == EACCES || written.error() == EPERM))
            return fail(write_error(failure(directory() / "state", written.error()), "start"));
        const auto settled = written ? settle({State::running, State::attached}, {before, State::crashed}, timeout)
                                     : Result<State>(before);
        const std::vector<std::string> lines = report_new_lines(log);
        if (!settled) return fail(with_lines(settled.error(), lines));
        if (*settled == State::crashed) return fail(with_lines(crashed_at_once(place_.entry), lines));
        if (*settled != before) return {};
        return fail(start_error({place_.entry, before, firmware().value_or(std::string()),
                                 written ? 0 : written.error(), lines, log.has_value(), firmware_directories()}));
    }

    /// Stops the processor. Returns when it is offline, or detached.
    /// @param timeout limit of the wait for the state.
    /// @returns nothing, or
    ///   state_invalid: the processor is not up; it is still up, because another user has started it as well; or it has
    ///     crashed, and the kernel does not stop crashed processors (6.1.176 does not);
    ///   timed_out: the state was not reached in time.
    [[nodiscard]] Result<void> stop(Milliseconds timeout) {
        RPROC_TRY_ASSIGN(const State before, state());
        if (before != State::running && before != State::attached && before != State::crashed)
            return fail(wrong_state(place_.entry, "stop", before));
        auto stopped = change("stop", before, {State::offline, State::detached}, timeout);
        if (!stopped && before == State::crashed && stopped.error().code() == ErrorCode::state_invalid)
            return fail(wrong_state(place_.entry, "stop", before));
        return stopped;
    }

    /// Detaches from an attached processor, which keeps running. Returns when it is detached.
    /// @returns as `stop`.
    [[nodiscard]] Result<void> detach(Milliseconds timeout) {
        RPROC_TRY_ASSIGN(const State before, state());
        if (before != State::attached) return fail(wrong_state(place_.entry, "detach", before));
        return change("detach", before, {State::detached}, timeout);
    }

    /// Waits for a state. The kernel sends no notification, so the state file is read every 10 ms.
    /// @returns nothing, or timed_out.
    [[nodiscard]] Result<void> wait_for(State wanted, Milliseconds timeout) {
        RPROC_TRY(settle({wanted}, {}, timeout));
        return {};
    }

    /// Whether the kernel restarts the processor after a crash.
    [[nodiscard]] Result<RecoveryMode> recovery() {
        RPROC_TRY_ASSIGN(const std::string word, attribute("recovery"));
        return known(recovery_mode(word), "recovery", word);
    }
    /// Sets the recovery mode. Enabling it recovers a crashed processor.
    [[nodiscard]] Result<void> set_recovery(RecoveryMode mode) {
        return put(directory() / "recovery", std::string(to_string(mode)));
    }
    /// Recovers a crashed processor: the kernel stops it, takes its coredump and starts it again. Returns when it is
    /// up.
    /// @returns nothing, or
    ///   state_invalid: the processor has not crashed;
    ///   the errors of `start`.
    [[nodiscard]] Result<void> recover(Milliseconds timeout) {
        RPROC_TRY_ASSIGN(const State before, state());
        if (before != State::crashed) return fail(wrong_state(place_.entry, "recover", before));
        auto log = files_.open_log(root_.dev / "kmsg");
        RPROC_TRY(put(directory() / "recovery", "recover"));
        // The write returns at the end of the recovery: a processor that is offline then has failed to restart.
        const auto settled = settle({State::running, State::attached}, {State::offline}, timeout);
        const std::vector<std::string> lines = report_new_lines(log);
        if (!settled) return fail(with_lines(settled.error(), lines));
        if (*settled != State::offline) return {};
        return fail(start_error({place_.entry, before, firmware().value_or(std::string()), EINVAL, lines,
                                 log.has_value(), firmware_directories()}));
    }

    /// The coredump mode of the kernel; `devcoredumps_of` finds the dumps.
    [[nodiscard]] Result<CoredumpMode> coredump() {
        RPROC_TRY_ASSIGN(const std::string word, attribute("coredump"));
        return known(parse_coredump_mode(word), "coredump", word);
    }
    /// Sets the coredump mode.
    /// @returns nothing, or state_invalid: the processor has crashed.
    [[nodiscard]] Result<void> set_coredump(CoredumpMode mode) {
        return put(directory() / "coredump", std::string(to_string(mode)));
    }

    /// Reports a crash to the kernel through debugfs. The kernel handles it after the write has returned.
    [[nodiscard]] Result<void> crash(CrashType type) {
        return put(debug_directory() / "crash", std::to_string(static_cast<unsigned>(type)));
    }

    /// Reports a crash, and waits for its result: until the processor is up again, or, with recovery disabled, until it
    /// is `crashed`. The kernel's log reveals a recovery that is faster than the polling of the state.
    /// @returns the final state, or
    ///   state_invalid: the processor is not up;
    ///   timed_out: the state was not reached in time.
    [[nodiscard]] Result<State> crash_and_wait(CrashType type, Milliseconds timeout) {
        RPROC_TRY_ASSIGN(const State before, state());
        if (before != State::running && before != State::attached)
            return fail(wrong_state(place_.entry, "crash", before));
        RPROC_TRY_ASSIGN(const RecoveryMode mode, recovery());
        auto log = files_.open_log(root_.dev / "kmsg");
        RPROC_TRY(crash(type));
        const Milliseconds end = clock_.now() + timeout;
        bool crashed = false;
        while (true) {
            for (const std::string& line : report_new_lines(log))
                crashed = crashed || line.starts_with("handling crash");
            RPROC_TRY_ASSIGN(const State now, state());
            crashed = crashed || now == State::crashed;
            const bool recovered = crashed && (now == State::running || now == State::attached);
            if (recovered || (mode == RecoveryMode::disabled && now == State::crashed)) return now;
            if (clock_.now() >= end)
                return fail(timeout_error(place_.entry, crashed ? "up again" : "crashed", to_string(now), timeout));
            clock_.sleep(kPollInterval);
        }
    }

    /// The memories of the processor: the text of debugfs' carveout_memories; see `carveout_entries`.
    [[nodiscard]] Result<std::string> carveouts() { return text(debug_directory() / "carveout_memories"); }
    /// The resource table of the running firmware: the text of debugfs' resource_table; see `trace_entries`.
    [[nodiscard]] Result<std::string> resource_table() { return text(debug_directory() / "resource_table"); }
    /// The number of trace buffers (files trace0, trace1, ... of debugfs).
    [[nodiscard]] Result<std::size_t> trace_count() {
        const auto names = files_.list(debug_directory());
        if (!names) return fail(read_error(failure(debug_directory(), names.error())));
        return static_cast<std::size_t>(std::ranges::count_if(*names, is_trace_file));
    }
    /// Reads a trace buffer, up to its first zero byte.
    /// @param index from 0; less than `trace_count()`.
    /// @returns the text, or trace_unavailable: the buffer is not in a memory that the kernel knows.
    [[nodiscard]] Result<std::string> trace(std::size_t index) {
        RPROC_TRY_ASSIGN(std::string content, text(debug_directory() / trace_file(index)));
        if (auto error = trace_error(content, index)) return fail(*std::move(error));
        return content;
    }

    /// The directory of the processor in sysfs.
    [[nodiscard]] std::filesystem::path directory() const { return root_.sys / "class/remoteproc" / place_.entry; }
    /// The directory of the processor in debugfs.
    [[nodiscard]] std::filesystem::path debug_directory() const { return root_.debug / "remoteproc" / place_.entry; }

    /// The file access of this object.
    [[nodiscard]] F& files() noexcept { return files_; }
    /// The mount points.
    [[nodiscard]] const SysfsRoot& root() const noexcept { return root_; }

  private:
    static constexpr Milliseconds kPollInterval{10};
    static constexpr ErrorText kUnknownState{.code = ErrorCode::kernel_file_failed,
                                             .message = "\"{0}\" is not a known state"};
    static constexpr ErrorText kUnknownMode{.code = ErrorCode::kernel_file_failed,
                                            .message = "\"{0}\" is not a known mode"};

    [[nodiscard]] FileFailure failure(std::filesystem::path file, int error) {
        FileFailure result{std::move(file), error, {}};
        if (const auto owner = files_.owner(result.file)) result.owner = *owner;
        return result;
    }

    [[nodiscard]] Result<std::string> text(const std::filesystem::path& file) {
        auto content = files_.read(file);
        if (!content) return fail(read_error(failure(file, content.error())));
        return *std::move(content);
    }
    [[nodiscard]] Result<std::string> attribute(std::string_view name) {
        return text(directory() / name).map(internal::first_line);
    }
    [[nodiscard]] Result<void> put(const std::filesystem::path& file, const std::string& word) {
        if (const auto written = files_.write(file, word); !written)
            return fail(write_error(failure(file, written.error()), word));
        return {};
    }
    template <class M>
    [[nodiscard]] Result<M> known(std::optional<M> mode, std::string_view file, const std::string& word) {
        if (mode) return *mode;
        return fail(kUnknownMode, place::File{(directory() / file).native()}, word);
    }

    /// Parses a state, and reports a change to the observer.
    std::optional<State> note_state(const std::string& word) {
        const auto state = parse_state(word);
        if (state && seen_ && *seen_ != *state) observer_.on_state(*seen_, *state);
        if (state) seen_ = state;
        return state;
    }

    /// Polls the state until it is one of `wanted` or of `refused`.
    [[nodiscard]] Result<State> settle(std::initializer_list<State> wanted, std::initializer_list<State> refused,
                                       Milliseconds timeout) {
        const Milliseconds end = clock_.now() + timeout;
        while (true) {
            RPROC_TRY_ASSIGN(const std::string word, attribute("state"));
            const auto state = note_state(word);
            const auto is_it = [&](State each) { return state == each; };
            if (std::ranges::any_of(wanted, is_it) || std::ranges::any_of(refused, is_it)) return *state;
            if (clock_.now() >= end)
                return fail(timeout_error(place_.entry, to_string(*wanted.begin()), word, timeout));
            clock_.sleep(kPollInterval);
        }
    }

    /// Writes a word to the state file, and waits for a state of `wanted`.
    [[nodiscard]] Result<void> change(const std::string& word, State before, std::initializer_list<State> wanted,
                                      Milliseconds timeout) {
        auto log = files_.open_log(root_.dev / "kmsg");
        const auto written = put(directory() / "state", word);
        const auto settled = written ? settle(wanted, {before}, timeout) : Result<State>(before);
        const std::vector<std::string> lines = report_new_lines(log);
        if (!written) return fail(with_lines(written.error(), lines));
        if (!settled) return fail(with_lines(settled.error(), lines));
        if (*settled == before) return fail(with_lines(only_counted(place_.entry, word, before), lines));
        return {};
    }

    /// Reports the kernel's new lines about this processor to the observer. @returns them.
    template <class L>
    std::vector<std::string> report_new_lines(L& log) {
        std::vector<std::string> texts;
        if (!log) return texts;
        for (KernelLine& line : lines_about(log->new_records(), place_.entry, place_.device)) {
            const TextArgument text(line.text);
            observer_.on_log(LogLine(line.level, line.source, "{0}", {&text, 1}));
            texts.push_back(std::move(line.text));
        }
        return texts;
    }

    ProcessorPlace place_;
    SysfsRoot root_;
    F files_;
    O observer_;
    C clock_;
    std::optional<State> seen_{};
};

/// A processor of this machine's kernel.
using SysfsRemoteProcessor = BasicSysfsRemoteProcessor<>;

}  // namespace rproc::sysfs
