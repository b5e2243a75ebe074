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

/// How to wait.
template <class C>
concept WaitClock = requires(C& clock, std::chrono::milliseconds time) {
    // Time that only goes forward, since any moment.
    { clock.now() } -> std::same_as<std::chrono::milliseconds>;
    // Lets so much time pass.
    clock.sleep(time);
};

struct SteadyClock {
    [[nodiscard]] std::chrono::milliseconds now() const {
        const auto time = std::chrono::steady_clock::now().time_since_epoch();
        return std::chrono::duration_cast<std::chrono::milliseconds>(time);
    }
    void sleep(std::chrono::milliseconds time) const { std::this_thread::sleep_for(time); }
};

/// A remote processor that the running kernel drives, through its files in sysfs and debugfs.
///
/// Each call reads or writes the files anew: others may control the same processor meanwhile. Writing needs root, or a
/// udev rule; debugfs needs root. Every member returns, besides what it says:
///   processor_unknown: the processor, or a file of it, is gone or not there;
///   access_denied: this user may not; the hint says who may;
///   kernel_file_failed, kernel_file_failed: the kernel failed with another errno.
/// The observer hears of states as they are read, and of the kernel's log lines about an operation. Not for several
/// threads at a time.
template <SysfsFiles F = LocalFiles, Observer O = NullObserver, WaitClock C = SteadyClock>
class BasicSysfsRemoteProcessor {
  public:
    using Milliseconds = std::chrono::milliseconds;

    explicit BasicSysfsRemoteProcessor(ProcessorPlace place, SysfsRoot root = {}, F files = {}, O observer = {},
                                       C clock = {})
        : place_(std::move(place)),
          root_(std::move(root)),
          files_(std::move(files)),
          observer_(std::move(observer)),
          clock_(std::move(clock)) {}

    [[nodiscard]] const ProcessorPlace& place() const noexcept { return place_; }
    [[nodiscard]] O& observer() noexcept { return observer_; }

    /// @returns the state, or kernel_file_failed also for a state that is none of the known ones.
    [[nodiscard]] Result<State> state() {
        RPROC_TRY_ASSIGN(const std::string word, attribute("state"));
        if (const auto state = see(word)) return *state;
        return fail(kUnknownState, place::File{(directory() / "state").native()}, word);
    }

    /// The firmware's name. An attached processor says "unknown": somebody else has booted it.
    [[nodiscard]] Result<std::string> firmware() { return attribute("firmware"); }

    /// Names the firmware of the next start. Whether there is such a file shows at the start.
    /// @returns nothing, or `firmware_name_error`, or state_invalid: the processor is not offline.
    [[nodiscard]] Result<void> set_firmware(const std::string& name) {
        if (auto error = firmware_name_error(name, firmware_directories())) return fail(*std::move(error));
        RPROC_TRY_ASSIGN(const State now, state());
        if (now != State::offline) return fail(wrong_state(place_.entry, "load", now));
        return put(directory() / "firmware", name);
    }

    /// Whether the kernel would find a file of that name, plain or compressed, in one of its directories.
    [[nodiscard]] bool firmware_exists(const std::string& name) {
        const auto exists = [&](const std::filesystem::path& directory) {
            return std::ranges::any_of(kFirmwareSuffixes, [&](std::string_view suffix) {
                return files_.owner(directory / (name + std::string(suffix))).has_value();
            });
        };
        return std::ranges::any_of(firmware_directories(), exists);
    }

    /// The directories in which the kernel looks for firmware, in its order.
    [[nodiscard]] std::vector<std::filesystem::path> firmware_directories() {
        const auto text = [&](const std::filesystem::path& file) {
            return internal::first_line(files_.read(file).value_or(std::string()));
        };
        return search_directories(root_.firmware, text(root_.proc / "sys/kernel/osrelease"),
                                  text(root_.sys / "module/firmware_class/parameters/path"));
    }

    /// Boots the firmware, or attaches to a processor that is `detached`; returns when it is running or attached. The
    /// kernel itself would accept a start of one that runs, count it, and then want a second stop: that is refused
    /// here.
    /// @returns nothing, or
    ///   state_invalid: it is neither offline nor detached;
    ///   the errors of `start_error`: the kernel refused; `kernel_line` has its lines, where the log can be read;
    ///   timed_out: it did not get there in time.
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
        const std::vector<std::string> lines = hear(log);
        if (!settled) return fail(with_lines(settled.error(), lines));
        if (*settled == State::crashed) return fail(with_lines(crashed_at_once(place_.entry), lines));
        if (*settled != before) return {};
        return fail(start_error({place_.entry, before, firmware().value_or(std::string()),
                                 written ? 0 : written.error(), lines, log.has_value(), firmware_directories()}));
    }

    /// Stops it; returns when it is offline.
    /// @returns nothing, or
    ///   state_invalid: it is not up; or still is, because somebody else has started it too; or it has crashed, and the
    ///     kernel is one that does not stop such a processor (6.1.176 is);
    ///   timed_out: it did not get there in time.
    [[nodiscard]] Result<void> stop(Milliseconds timeout) {
        RPROC_TRY_ASSIGN(const State before, state());
        if (before != State::running && before != State::attached && before != State::crashed)
            return fail(wrong_state(place_.entry, "stop", before));
        auto stopped = change("stop", before, {State::offline, State::detached}, timeout);
        if (!stopped && before == State::crashed && stopped.error().code() == ErrorCode::state_invalid)
            return fail(wrong_state(place_.entry, "stop", before));
        return stopped;
    }

    /// Leaves an attached processor running without Linux; returns when it is detached.
    /// @returns as `stop`.
    [[nodiscard]] Result<void> detach(Milliseconds timeout) {
        RPROC_TRY_ASSIGN(const State before, state());
        if (before != State::attached) return fail(wrong_state(place_.entry, "detach", before));
        return change("detach", before, {State::detached}, timeout);
    }

    /// Waits until the state file says so. The kernel wakes nobody for it, so it is read every few milliseconds.
    /// @returns nothing, or timed_out.
    [[nodiscard]] Result<void> wait_for(State wanted, Milliseconds timeout) {
        RPROC_TRY(settle({wanted}, {}, timeout));
        return {};
    }

    /// Whether a crashed processor is started again by itself.
    [[nodiscard]] Result<RecoveryMode> recovery() {
        RPROC_TRY_ASSIGN(const std::string word, attribute("recovery"));
        return known(recovery_mode(word), "recovery", word);
    }
    /// Enabling it recovers a processor that has crashed.
    [[nodiscard]] Result<void> set_recovery(RecoveryMode mode) {
        return put(directory() / "recovery", std::string(to_string(mode)));
    }
    /// Recovers a processor that has crashed: the kernel stops it, takes its coredump and starts it again. Returns when
    /// it is up.
    /// @returns nothing, or
    ///   state_invalid: it has not crashed;
    ///   the errors of `start`.
    [[nodiscard]] Result<void> recover(Milliseconds timeout) {
        RPROC_TRY_ASSIGN(const State before, state());
        if (before != State::crashed) return fail(wrong_state(place_.entry, "recover", before));
        auto log = files_.open_log(root_.dev / "kmsg");
        RPROC_TRY(put(directory() / "recovery", "recover"));
        // The write returns when it is over: what is offline then, stays so.
        const auto settled = settle({State::running, State::attached}, {State::offline}, timeout);
        const std::vector<std::string> lines = hear(log);
        if (!settled) return fail(with_lines(settled.error(), lines));
        if (*settled != State::offline) return {};
        return fail(start_error({place_.entry, before, firmware().value_or(std::string()), EINVAL, lines,
                                 log.has_value(), firmware_directories()}));
    }

    /// What a crash leaves behind; `devcoredumps_of` finds it.
    [[nodiscard]] Result<CoredumpMode> coredump() {
        RPROC_TRY_ASSIGN(const std::string word, attribute("coredump"));
        return known(parse_coredump_mode(word), "coredump", word);
    }
    /// @returns nothing, or state_invalid: it has crashed.
    [[nodiscard]] Result<void> set_coredump(CoredumpMode mode) {
        return put(directory() / "coredump", std::string(to_string(mode)));
    }

    /// Makes the kernel believe that it crashed; the kernel acts on it after this returns.
    [[nodiscard]] Result<void> crash(CrashType type) {
        return put(debug_directory() / "crash", std::to_string(static_cast<unsigned>(type)));
    }

    /// Crashes it, and waits for what follows: until it is up again, or, where recovery is disabled, until it is
    /// `crashed`. A recovery that is faster than a look at the state is noticed by the kernel's log.
    /// @returns the state that it came to, or state_invalid: it is not up; or timed_out.
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
            for (const std::string& line : hear(log)) crashed = crashed || line.starts_with("handling crash");
            RPROC_TRY_ASSIGN(const State now, state());
            crashed = crashed || now == State::crashed;
            const bool recovered = crashed && (now == State::running || now == State::attached);
            if (recovered || (mode == RecoveryMode::disabled && now == State::crashed)) return now;
            if (clock_.now() >= end)
                return fail(timeout_error(place_.entry, crashed ? "up again" : "crashed", to_string(now), timeout));
            clock_.sleep(kLookAgain);
        }
    }

    /// The memories that the kernel has registered, as debugfs prints them.
    [[nodiscard]] Result<std::string> carveouts() { return text(debug_directory() / "carveout_memories"); }
    /// The resource table of the firmware that is up, as debugfs prints it.
    [[nodiscard]] Result<std::string> resource_table() { return text(debug_directory() / "resource_table"); }
    /// How many trace buffers there are (files trace0, trace1, ...).
    [[nodiscard]] Result<std::size_t> trace_count() {
        const auto names = files_.list(debug_directory());
        if (!names) return fail(read_error(failure(debug_directory(), names.error())));
        return static_cast<std::size_t>(std::ranges::count_if(*names, is_trace_file));
    }
    /// The text of a trace buffer, up to its first zero byte.
    /// @returns the text, or trace_unavailable: the firmware placed it where the kernel has no memory.
    [[nodiscard]] Result<std::string> trace(std::size_t index) {
        RPROC_TRY_ASSIGN(std::string content, text(debug_directory() / trace_file(index)));
        if (auto error = trace_error(content, index)) return fail(*std::move(error));
        return content;
    }

    /// Its directory in sysfs.
    [[nodiscard]] std::filesystem::path directory() const { return root_.sys / "class/remoteproc" / place_.entry; }
    /// Its directory in debugfs.
    [[nodiscard]] std::filesystem::path debug_directory() const { return root_.debug / "remoteproc" / place_.entry; }

    [[nodiscard]] F& files() noexcept { return files_; }
    [[nodiscard]] const SysfsRoot& root() const noexcept { return root_; }

  private:
    static constexpr Milliseconds kLookAgain{10};
    static constexpr ErrorText kUnknownState{.code = ErrorCode::kernel_file_failed,
                                             .message = "\"{0}\" is no state that is known"};
    static constexpr ErrorText kUnknownMode{.code = ErrorCode::kernel_file_failed,
                                            .message = "\"{0}\" is no mode that is known"};

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

    /// Tells the observer of a state that is new.
    std::optional<State> see(const std::string& word) {
        const auto state = parse_state(word);
        if (state && seen_ && *seen_ != *state) observer_.on_state(*seen_, *state);
        if (state) seen_ = state;
        return state;
    }

    /// Reads the state until it is one of `wanted` or of `refused`.
    [[nodiscard]] Result<State> settle(std::initializer_list<State> wanted, std::initializer_list<State> refused,
                                       Milliseconds timeout) {
        const Milliseconds end = clock_.now() + timeout;
        while (true) {
            RPROC_TRY_ASSIGN(const std::string word, attribute("state"));
            const auto state = see(word);
            const auto is_it = [&](State each) { return state == each; };
            if (std::ranges::any_of(wanted, is_it) || std::ranges::any_of(refused, is_it)) return *state;
            if (clock_.now() >= end)
                return fail(timeout_error(place_.entry, to_string(*wanted.begin()), word, timeout));
            clock_.sleep(kLookAgain);
        }
    }

    /// Writes a word to the state file, and waits for what it leads to.
    [[nodiscard]] Result<void> change(const std::string& word, State before, std::initializer_list<State> wanted,
                                      Milliseconds timeout) {
        auto log = files_.open_log(root_.dev / "kmsg");
        const auto written = put(directory() / "state", word);
        const auto settled = written ? settle(wanted, {before}, timeout) : Result<State>(before);
        const std::vector<std::string> lines = hear(log);
        if (!written) return fail(with_lines(written.error(), lines));
        if (!settled) return fail(with_lines(settled.error(), lines));
        if (*settled == before) return fail(with_lines(only_counted(place_.entry, word, before), lines));
        return {};
    }

    /// The kernel's new lines about this processor, told to the observer.
    template <class L>
    std::vector<std::string> hear(L& log) {
        std::vector<std::string> texts;
        if (!log) return texts;
        for (KernelLine& line : lines_about(log->new_records(), place_.entry, place_.device)) {
            observer_.on_log({line.level, line.source, line.text});
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
