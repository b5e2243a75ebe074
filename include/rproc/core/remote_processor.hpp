// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "rproc/core/boot_sequence.hpp"
#include "rproc/core/boot_steps.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/state.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// One remote processor: Linux's `struct rproc` in the caller's process.
///
/// Policies: `B` how firmware is loaded and started, `P` what the SoC adds, `S` the order of the boot, `O` who watches.
///
/// Threads: boot, shutdown, set_firmware and state may be called from any thread; one lock, held for the whole
/// operation, puts them in order, as `rproc->lock` does. The accessors that return references (carveouts, resources,
/// table) are for the time after boot returned, while no other thread boots or shuts down. See docs/locking.md.
///
/// The destructor shuts a running processor down.
template <Backend B, Platform P, BootSequence S = Mainline, Observer O = NullObserver>
requires Composable<B, P> && Orders<S, B>
class RemoteProcessor {
  public:
    explicit RemoteProcessor(B backend, P platform, O observer = O{})
        : backend_(std::move(backend)),
          platform_(std::move(platform)),
          observer_(std::move(observer)),
          ctx_(std::string(std::as_const(platform_).name())) {
        if constexpr (HasInitialState<P>) ctx_.set_state(platform_.initial_state());
    }

    RemoteProcessor(const RemoteProcessor&) = delete;
    RemoteProcessor& operator=(const RemoteProcessor&) = delete;

    ~RemoteProcessor() {
        const std::scoped_lock guard(lock_);
        if (ctx_.state() != State::running) return;
        if (!stop_now()) undo(Step::stop);
    }

    /// Chooses the firmware of the next boot (sysfs `firmware`).
    /// @returns nothing, or
    ///   firmware_busy: the processor is not offline;
    ///   firmware_name_empty: the source has no name.
    [[nodiscard]] Result<void> set_firmware(FirmwareSource source) {
        const std::scoped_lock guard(lock_);
        if (ctx_.state() != State::offline) {
            return fail(logged({.code = ErrorCode::firmware_busy,
                                .what = fmt::format("the processor is {}", to_string(ctx_.state())),
                                .where = source.name(),
                                .kernel_line = "can't change firmware while running",
                                .hint = "stop it first"}));
        }
        if (source.name().empty()) {
            return fail(logged({.code = ErrorCode::firmware_name_empty,
                                .what = "the firmware name is empty",
                                .kernel_line = "can't provide empty string for firmware name",
                                .hint = "give the name of a firmware"}));
        }
        source_ = std::move(source);
        return {};
    }

    /// Boots the chosen firmware (sysfs `state` <- start). A processor that runs already is only counted once more,
    /// and takes as many shutdowns to stop.
    /// @returns nothing, or the error of the step that refused; then nothing is left of the attempt (no mapping, no
    ///   carveout, no count), and another firmware can be booted. Of its own:
    ///   firmware_name_empty: none was chosen;
    ///   attach_unsupported: somebody else has booted the processor (state detached);
    ///   state_invalid: suspended or deleted.
    [[nodiscard]] Result<void> boot() {
        const std::scoped_lock guard(lock_);
        if (ctx_.state() == State::running) {
            ++users_;
            return {};
        }
        auto booted = boot_offline();
        if (!booted) {
            log(LogLevel::error, fmt::format("Boot failed: {}", booted.error().kernel_result()));
            return booted;
        }
        users_ = 1;
        return {};
    }

    /// Gives up one boot; the last one stops the processor and frees all that it used (sysfs `state` <- stop).
    /// @returns nothing, or
    ///   state_invalid: it does not run;
    ///   or the error of the backend's stop: it still runs, and still counts as booted.
    [[nodiscard]] Result<void> shutdown() {
        const std::scoped_lock guard(lock_);
        if (ctx_.state() != State::running) return fail(wrong_state("stop"));
        if (users_ > 1) {
            --users_;
            return {};
        }
        return stop_now();
    }

    /// Restarts a processor that runs, with the firmware that its source gives now and the resources that it has: stop,
    /// load, table, start (the kernel's rproc_boot_recovery). The count of boots stays.
    /// @returns nothing, or
    ///   state_invalid: it does not run;
    ///   the error of the backend's stop: it still runs;
    ///   the error of the firmware's source or of a later step: it is offline, and nothing is left of it.
    [[nodiscard]] Result<void> recover() {
        const std::scoped_lock guard(lock_);
        if (ctx_.state() != State::running) return fail(wrong_state("recover"));
        log(LogLevel::error, fmt::format("recovering {}", ctx_.name()));
        if constexpr (PreparesRestart<S>) S::prepare_restart(steps_);
        RPROC_TRY(steps_.stop());
        stopped();
        auto restarted = restart();
        if (!restarted) {
            undo(restarted.error().step);
            users_ = 0;
        }
        return restarted;
    }

    [[nodiscard]] State state() const {
        const std::scoped_lock guard(lock_);
        return ctx_.state();
    }

    /// The processor's name, "m4".
    [[nodiscard]] const std::string& name() const noexcept { return ctx_.name(); }

    /// All carveouts; none while offline.
    [[nodiscard]] const CarveoutRegistry& carveouts() const noexcept { return ctx_.carveouts(); }
    /// Traces and virtio devices; none while offline.
    [[nodiscard]] const Resources& resources() const noexcept { return steps_.resources(); }
    /// The resource table in use: the one in the processor's memory, or the cached copy; empty without a table.
    [[nodiscard]] std::span<const std::byte> table() const noexcept { return ctx_.table().bytes(); }

    [[nodiscard]] B& backend() noexcept { return backend_; }
    [[nodiscard]] P& platform() noexcept { return platform_; }
    [[nodiscard]] O& observer() noexcept { return observer_; }

  private:
    [[nodiscard]] Result<void> boot_offline() {
        if (ctx_.state() == State::detached) {
            return fail({.code = ErrorCode::attach_unsupported,
                         .what = "the bootloader has started this processor, and attaching to it is not supported yet",
                         .hint = "stop it in the bootloader, or leave it to the bootloader"});
        }
        if (!transition(ctx_.state(), Event::boot)) return fail(wrong_state("start"));
        log(LogLevel::info, fmt::format("powering up {}", ctx_.name()));
        RPROC_TRY_ASSIGN(const Firmware firmware, request_firmware());
        steps_.use(firmware);
        auto booted = S::run(steps_);
        if (!booted) {
            undo(booted.error().step);
            return booted;
        }
        started();
        return {};
    }

    [[nodiscard]] Result<void> restart() {
        RPROC_TRY_ASSIGN(const Firmware firmware, request_firmware());
        steps_.use(firmware);
        RPROC_TRY(Mainline::start(steps_));
        started();
        return {};
    }

    void undo(Step failed) {
        if constexpr (TakesBack<S>) return S::after_failure(steps_, failed);
        steps_.take_back();
        steps_.give_up();
    }

    void clean_up() {
        if constexpr (TakesBack<S>) return S::after_stop(steps_);
        steps_.take_back();
        steps_.give_up();
    }

    void started() {
        move(Event::boot);
        log(LogLevel::info, fmt::format("remote processor {} is now up", ctx_.name()));
    }

    void stopped() {
        move(Event::stop);
        log(LogLevel::info, fmt::format("stopped remote processor {}", ctx_.name()));
    }

    [[nodiscard]] Result<Firmware> request_firmware() {
        observer_.on_step_begin(Step::request_firmware);
        auto firmware = source_ ? source_->request() : fail(no_firmware());
        if (firmware && firmware->bytes().empty()) firmware = fail(empty_firmware(*firmware));
        if (firmware) {
            log(LogLevel::info, fmt::format("firmware: direct-loading firmware {}", firmware->name()));
            observer_.on_step_end(Step::request_firmware);
            return firmware;
        }
        Error& error = firmware.error();
        error.step = Step::request_firmware;
        if (source_) log_request_failed(error);
        observer_.on_step_failed(Step::request_firmware, error);
        return firmware;
    }

    void log_request_failed(const Error& error) {
        const int result = error.kernel_result();
        log(LogLevel::error, fmt::format("firmware: failed to load {} ({})", source_->name(), result));
        log(LogLevel::warning,
            fmt::format("Direct firmware load for {} failed with error {}", source_->name(), result));
        log(LogLevel::error, fmt::format("request_firmware failed: {}", result));
    }

    [[nodiscard]] static Error no_firmware() {
        return {.code = ErrorCode::firmware_name_empty,
                .what = "no firmware was chosen",
                .hint = "call set_firmware before boot"};
    }

    [[nodiscard]] static Error empty_firmware(const Firmware& firmware) {
        return {.code = ErrorCode::firmware_empty,
                .what = "the firmware is empty",
                .where = firmware.name(),
                .kernel_line = "request_firmware failed: -22",
                .hint = "the copy to the board was cut off, or the build wrote nothing"};
    }

    [[nodiscard]] Result<void> stop_now() {
        RPROC_TRY(steps_.stop());
        stopped();
        clean_up();
        users_ = 0;
        return {};
    }

    [[nodiscard]] Error wrong_state(std::string_view operation) const {
        return {.code = ErrorCode::state_invalid,
                .what = fmt::format("cannot {} a processor that is {}", operation, to_string(ctx_.state())),
                .where = ctx_.name(),
                .hint = "read its state first"};
    }

    [[nodiscard]] Error logged(Error error) {
        log(LogLevel::error, error.kernel_line);
        return error;
    }

    void log(LogLevel level, std::string_view line) { observer_.on_log({level, LogSource::remoteproc, line}); }

    void move(Event event) {
        const State from = ctx_.state();
        const State to = *transition(from, event);
        ctx_.set_state(to);
        observer_.on_state(from, to);
    }

    mutable std::mutex lock_;
    B backend_;
    P platform_;
    O observer_;
    Context ctx_;
    BootSteps<B, P, O> steps_{ctx_, backend_, platform_, observer_};
    std::optional<FirmwareSource> source_;
    unsigned users_ = 0;
};

}  // namespace rproc
