// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "rproc/core/boot_sequence.hpp"
#include "rproc/core/boot_steps.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/core/crash.hpp"
#include "rproc/core/firmware_request.hpp"
#include "rproc/core/processor_view.hpp"
#include "rproc/core/step_reporter.hpp"
#include "rproc/core/subdevices.hpp"
#include "rproc/core/virtio.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/observer.hpp"
#include "rproc/resource/kernel_profile.hpp"
#include "rproc/result.hpp"
#include "rproc/state.hpp"

namespace rproc {

/// What can be done with a remote processor, one operation after the other: each runs its steps, moves the state, and
/// says what the kernel says. Knows no lock and counts no users; RemoteProcessor does.
///
/// Every operation that fails leaves a legal state: what it says in its contract, or the one before.
template <Backend B, Platform P, BootSequence S, Observer O>
requires Composable<B, P> && Orders<S, B>
class LifeCycle {
  public:
    LifeCycle(B backend, P platform, O observer)
        : backend_(std::move(backend)),
          platform_(std::move(platform)),
          observer_(std::move(observer)),
          ctx_(std::string(std::as_const(platform_).name()), kernel_of(platform_)) {
        if constexpr (HasDaToPa<P>) ctx_.carveouts().translate_by({&platform_, &da_to_pa});
        if constexpr (HasInitialState<P>) ctx_.set_state(platform_.initial_state());
    }
    LifeCycle(const LifeCycle&) = delete;
    LifeCycle& operator=(const LifeCycle&) = delete;

    [[nodiscard]] State state() const noexcept { return ctx_.state(); }
    /// True while Linux is answerable for a core that is awake: running, attached or crashed.
    [[nodiscard]] bool is_up() const noexcept {
        return state() == State::running || state() == State::attached || state() == State::crashed;
    }
    [[nodiscard]] unsigned crash_count() const noexcept { return crashes_; }

    [[nodiscard]] const Context& context() const noexcept { return ctx_; }
    [[nodiscard]] const Resources& resources() const noexcept { return steps_.resources(); }
    /// All that there is to see between two operations; valid until the next.
    [[nodiscard]] ProcessorView view() const noexcept {
        return {.name = ctx_.name(),
                .state = ctx_.state(),
                .starts = starts_,
                .carveouts = ctx_.carveouts(),
                .resources = steps_.resources(),
                .table = ctx_.table().bytes()};
    }
    [[nodiscard]] B& backend() noexcept { return backend_; }
    [[nodiscard]] P& platform() noexcept { return platform_; }
    [[nodiscard]] O& observer() noexcept { return observer_; }
    [[nodiscard]] FirmwareRequest<O>& firmware() noexcept { return firmware_; }

    /// Boots what is offline, attaches to what is detached. On failure nothing is left of the attempt.
    [[nodiscard]] Result<void> boot() {
        auto booted = state() == State::detached ? attach_now() : boot_now();
        if (!booted) reporter_.say(LogLevel::error, "Boot failed: {0}", {booted.error().kernel_result()});
        return booted;
    }

    /// Stops what is up, and frees all. On failure of the stop the state is as before.
    [[nodiscard]] Result<void> stop() {
        RPROC_TRY(steps_.stop());
        stopped();
        if constexpr (OrdersRollback<S>) {
            S::after_stop(steps_);
        } else {
            roll_back();
        }
        return {};
    }

    /// The same; frees all even when the core cannot be stopped, because no later call can repeat the stop.
    void stop_for_good() {
        if (stop()) return;
        off(Event::stop);  // first: a backend releases the firmware only of a processor that is offline
        undo(Step::stop);
    }

    /// Leaves what is attached. On failure it is still attached.
    [[nodiscard]] Result<void> detach() requires HasAttach<P> {
        RPROC_TRY(steps_.detach());
        detached();
        roll_back();
        return {};
    }

    /// @returns false when there is nothing up that could crash, or it has crashed already.
    bool note_crash(CrashType type) {
        reporter_.say(LogLevel::error, "crash detected in {0}: type {1}", {ctx_.name(), to_string(type)});
        if (!transition(state(), Event::crash)) return false;
        if (state() != State::suspended) was_attached_ = state() == State::attached;
        move(Event::crash);
        reporter_.say(LogLevel::error, "handling crash #{0} in {1}", {++crashes_, ctx_.name()});
        return true;
    }

    /// Starts what has crashed again. On failure of the stop it is still crashed; on a later one nothing is left.
    [[nodiscard]] Result<void> recover() {
        reporter_.say(LogLevel::error, "recovering {0}", {ctx_.name()});
        if constexpr (AttachesOnRecovery<P>) {
            if (was_attached_) return reattach();
        }
        if constexpr (PreparesRestart<S>) S::prepare_restart(steps_);
        RPROC_TRY(steps_.stop());
        stopped();
        if (on_crash_) {
            on_crash_({ctx_.name(), crashes_, steps_.boot_address_read(), steps_.resources(), ctx_.carveouts(),
                       ctx_.dump_segments()});
        }
        return or_undo(restart());
    }

    /// Linux goes to sleep; what that means for the processor is the platform's to say.
    [[nodiscard]] Result<void> suspend() {
        if constexpr (HasSuspend<P>) {
            if (!is_awake()) return {};
            Sleep sleep = Sleep::runs_on;
            RPROC_TRY(reporter_.run(Step::suspend, [&]() -> Result<void> {
                RPROC_TRY_ASSIGN(sleep, platform_.suspend(ctx_));
                return {};
            }));
            asleep_ = true;
            was_attached_ = state() == State::attached;
            if (sleep == Sleep::suspended) move(Event::suspend);
        }
        return {};
    }

    /// Linux is awake again. On failure the processor is as it was.
    [[nodiscard]] Result<void> resume() {
        if constexpr (HasSuspend<P>) {
            if (!asleep_) return {};
            RPROC_TRY(reporter_.run(Step::resume, [&] { return platform_.resume(ctx_); }));
            asleep_ = false;
            leave_sleep();
        }
        return {};
    }

    /// The processor is off afterwards, whatever fails: no later call can repeat it.
    void switch_off() {
        if (!resume()) leave_sleep();
        if (is_up()) stop_for_good();
    }

    /// The processor goes away: it is stopped if need be, and can do nothing any more.
    void remove() {
        switch_off();
        if (transition(state(), Event::remove)) move(Event::remove);
    }

    /// Linux panics. @returns the time that the processor needs.
    [[nodiscard]] std::chrono::milliseconds panic() {
        if constexpr (HasPanic<P>) {
            if (!is_awake()) return {};
            return platform_.panic(ctx_);
        } else {
            return {};
        }
    }

    [[nodiscard]] VirtioBus& virtio() noexcept { return steps_.virtio(); }
    [[nodiscard]] SubdeviceList& subdevices() noexcept { return steps_.subdevices(); }

    void set_crash_handler(CrashHandler handler) { on_crash_ = std::move(handler); }

    void notice(Severity severity, const Error& error) { observer_.on_notice(severity, error); }
    /// Reports the kernel line of an error.
    void log(const Error& error) { observer_.on_log(LogLine(LogLevel::error, LogSource::remoteproc, error)); }

    [[nodiscard]] Error wrong_state(std::string_view operation) const {
        return Error(ErrorCode::state_invalid, place::Processor{ctx_.name()}, operation, to_string(state()));
    }

  private:
    [[nodiscard]] static KernelProfile kernel_of(const P& platform) {
        if constexpr (HasKernelProfile<P>) return platform.kernel_profile();
        return kLinux61Arm32;
    }

    /// The platform's rule for the registry of carveouts, which does not have the type of the platform.
    [[nodiscard]] static std::optional<PhysicalRange> da_to_pa(const void* platform,
                                                               DeviceRange range) requires HasDaToPa<P> {
        return static_cast<const P*>(platform)->da_to_pa(range);
    }

    [[nodiscard]] bool is_awake() const noexcept { return state() == State::running || state() == State::attached; }

    void leave_sleep() {
        if (state() == State::suspended) move(was_attached_ ? Event::resume_attached : Event::resume);
    }

    [[nodiscard]] Result<void> boot_now() {
        if (!transition(state(), Event::boot)) return fail(wrong_state("start"));
        reporter_.say(LogLevel::info, "powering up {0}", {ctx_.name()});
        RPROC_TRY_ASSIGN(const Firmware firmware, firmware_.read());
        steps_.use(firmware);
        auto booted = S::run(steps_);
        steps_.done_with_firmware();
        if (!booted) {
            undo(booted.error().step());
            return booted;
        }
        started();
        return {};
    }

    [[nodiscard]] Result<void> attach_now() {
        if constexpr (HasAttach<P>) {
            reporter_.say(LogLevel::info, "attaching to {0}", {ctx_.name()});
            auto attached = Attach::run(steps_);
            if (!attached) {
                undo(attached.error().step());
                return attached;
            }
            move(Event::attach);
            reporter_.say(LogLevel::info, "remote processor {0} is now attached", {ctx_.name()});
            return {};
        } else {
            return fail(ErrorCode::attach_unsupported, place::Processor{ctx_.name()});
        }
    }

    [[nodiscard]] Result<void> restart() {
        RPROC_TRY_ASSIGN(const Firmware firmware, firmware_.read());
        steps_.use(firmware);
        auto restarted = Mainline::start(steps_);
        steps_.done_with_firmware();
        if (restarted) started();
        return restarted;
    }

    /// The kernel's rproc_attach_recovery: the core has restarted by itself.
    [[nodiscard]] Result<void> reattach() {
        RPROC_TRY(steps_.detach());
        detached();
        auto attached = steps_.attach_again();
        if (attached) {
            move(Event::attach);
            reporter_.say(LogLevel::info, "remote processor {0} is now attached", {ctx_.name()});
        }
        return or_undo(std::move(attached));
    }

    [[nodiscard]] Result<void> or_undo(Result<void> result) {
        if (!result) undo(result.error().step());
        return result;
    }

    void undo(Step failed) {
        if constexpr (OrdersRollback<S>) return S::after_failure(steps_, failed);
        roll_back();
    }

    void roll_back() {
        steps_.roll_back();
        steps_.release();
    }

    void started() {
        move(Event::boot);
        reporter_.say(LogLevel::info, "remote processor {0} is now up", {ctx_.name()});
    }

    /// What was said to a core before it went off need not be taken back.
    void off(Event event) {
        asleep_ = false;
        move(event);
    }

    void stopped() {
        off(Event::stop);
        reporter_.say(LogLevel::info, "stopped remote processor {0}", {ctx_.name()});
    }

    void detached() {
        off(Event::detach);
        reporter_.say(LogLevel::info, "detached remote processor {0}", {ctx_.name()});
    }

    void move(Event event) {
        const State from = ctx_.state();
        const State to = *transition(from, event);
        if (event == Event::boot || event == Event::attach) ++starts_;
        ctx_.set_state(to);
        observer_.on_state(from, to);
    }

    B backend_;
    P platform_;
    O observer_;
    Context ctx_;
    BootSteps<B, P, O> steps_{ctx_, backend_, platform_, observer_};
    StepReporter<O> reporter_{ctx_, observer_};
    FirmwareRequest<O> firmware_{observer_};
    unsigned crashes_ = 0;
    unsigned starts_ = 0;
    CrashHandler on_crash_;
    bool was_attached_ = false;  ///< before the last crash or sleep
    bool asleep_ = false;        ///< the platform was told to suspend, and not to resume yet
};

}  // namespace rproc
