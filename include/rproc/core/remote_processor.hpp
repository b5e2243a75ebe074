// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <concepts>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "rproc/core/boot_sequence.hpp"
#include "rproc/core/composition.hpp"
#include "rproc/core/concepts.hpp"
#include "rproc/core/crash.hpp"
#include "rproc/core/life_cycle.hpp"
#include "rproc/core/optional_ops.hpp"
#include "rproc/core/processor_lock.hpp"
#include "rproc/core/processor_view.hpp"
#include "rproc/core/subdevices.hpp"
#include "rproc/core/virtio.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/state.hpp"

namespace rproc {

/// One remote processor: Linux's `struct rproc` in the caller's process.
///
/// Policies: `B` how firmware is loaded and started, `P` what the SoC adds, `S` the order of the boot, `O` who watches.
///
/// Threads: every operation may be called from any thread; one lock, held for the whole of it, puts them in order, as
/// `rproc->lock` does. A call from inside of an operation or a visit of the same processor throws std::system_error
/// (ProcessorLock). See docs/locking.md.
///
/// The destructor stops a processor that is up, even if that fails.
///
/// Policies that do not meet their concepts fail to compile with one sentence; see core/composition.hpp. So does an
/// optional op with another signature; see core/optional_ops.hpp.
template <class B, class P, class S = Mainline, class O = NullObserver>
class RemoteProcessor;

template <Backend B, Platform P, BootSequence S, Observer O>
requires Composable<B, P> && Orders<S, B>
class RemoteProcessor<B, P, S, O> {
    static_assert(internal::optional_backend_ops_fit<B>());
    static_assert(internal::optional_platform_ops_fit<P>());
    static_assert(internal::optional_sequence_members_fit<S>());

  public:
    explicit RemoteProcessor(B backend, P platform, O observer = O{})
        : life_(std::move(backend), std::move(platform), std::move(observer)) {}

    RemoteProcessor(const RemoteProcessor&) = delete;
    RemoteProcessor& operator=(const RemoteProcessor&) = delete;

    ~RemoteProcessor() {
        const std::scoped_lock guard(lock_);
        life_.switch_off();
    }

    /// Chooses the firmware of the next boot (sysfs `firmware`). That of a processor which another agent has started is
    /// what a recovery would load; Linux has a name from the beginning, and refuses to change it then.
    /// @returns nothing, or
    ///   firmware_busy: the processor is neither offline nor detached;
    ///   firmware_name_empty: the source has no name.
    [[nodiscard]] Result<void> set_firmware(FirmwareSource source) {
        const std::scoped_lock guard(lock_);
        if (!is_off()) {
            return fail(
                logged(Error(ErrorCode::firmware_busy, place::Firmware{source.name()}, to_string(life_.state()))));
        }
        if (source.name().empty()) {
            return fail(logged(Error(ErrorCode::firmware_name_empty, {})));
        }
        life_.firmware().choose(std::move(source));
        return {};
    }

    /// Boots the chosen firmware; or attaches, when another agent has booted the processor (state detached). One that
    /// runs already is only counted once more, and takes as many shutdowns to stop (sysfs `state` <- start).
    /// @returns nothing, or the error of the step that refused; then nothing is left of the attempt (no mapping, no
    ///   carveout, no count), and another firmware can be booted. Of its own:
    ///   firmware_name_empty: none was chosen;
    ///   attach_unsupported: the processor is detached, and its platform cannot attach;
    ///   state_invalid: crashed, suspended or deleted.
    [[nodiscard]] Result<void> boot() {
        const std::scoped_lock guard(lock_);
        if (life_.state() == State::running || life_.state() == State::attached) {
            ++users_;
            return {};
        }
        RPROC_TRY(life_.boot());
        users_ = 1;
        return {};
    }

    /// Ends one boot; the last one stops the processor, also one that was attached or has crashed, and frees all
    /// that it used (sysfs `state` <- stop).
    /// @returns nothing, or
    ///   state_invalid: it is not up;
    ///   or the error of the backend's stop: its state is as before, and it still counts as booted.
    [[nodiscard]] Result<void> shutdown() {
        const std::scoped_lock guard(lock_);
        if (!life_.is_up()) return fail(life_.wrong_state("stop"));
        if (users_ > 1 && life_.state() != State::crashed) {
            --users_;
            return {};
        }
        return counted(life_.stop());
    }

    /// Ends one boot of a processor that was attached; the last one leaves it running, with its resource table as
    /// it was found, and frees all that Linux used (sysfs `state` <- detach).
    /// @returns nothing, or
    ///   state_invalid: it is not attached;
    ///   or the error of the platform's detach: it is still attached.
    [[nodiscard]] Result<void> detach() requires HasAttach<P> {
        const std::scoped_lock guard(lock_);
        if (life_.state() != State::attached) return fail(life_.wrong_state("detach from"));
        if (users_ > 1) {
            --users_;
            return {};
        }
        return counted(life_.detach());
    }

    /// The processor has crashed: counts it, and marks it so. For those who recover it themselves; see `handle_crash`.
    /// @returns false when that is no news: it is off, or known to have crashed.
    bool note_crash(CrashType type) {
        const std::scoped_lock guard(lock_);
        return life_.note_crash(type);
    }

    /// The processor has crashed (the kernel's rproc_report_crash and what its worker does then): notes it, and
    /// recovers when that is enabled. Waits for an operation that is under way; for interrupts there is CrashWorker.
    /// @returns nothing, or the error of `recover`.
    [[nodiscard]] Result<void> handle_crash(CrashType type) {
        const std::scoped_lock guard(lock_);
        if (!life_.note_crash(type) || recovery_ == RecoveryMode::disabled) return {};
        return counted(life_.recover());
    }

    /// Starts a processor that has crashed again, with the firmware that its source gives now and the resources that it
    /// has: stop, load, table, start (the kernel's rproc_trigger_recovery; debugfs `recovery` <- recover). The count of
    /// boots stays. A platform with `kAttachOnRecovery` leaves a core that was attached running, and attaches again.
    /// @returns nothing, or
    ///   state_invalid: it has not crashed;
    ///   the error of the stop: it is still crashed, and this may be repeated;
    ///   the error of the firmware's source or of a later step: it is offline, and nothing is left of it.
    [[nodiscard]] Result<void> recover() {
        const std::scoped_lock guard(lock_);
        if (life_.state() != State::crashed) return fail(life_.wrong_state("recover"));
        return counted(life_.recover());
    }

    /// Linux goes to sleep, with whatever the platform does then; a processor that is off, or whose platform has
    /// nothing to do, is left alone. Most run on; one that does not is `suspended` until `resume`.
    /// @returns nothing, or the platform's error: the processor is as before, and Linux should stay awake.
    [[nodiscard]] Result<void> suspend() {
        const std::scoped_lock guard(lock_);
        return life_.suspend();
    }

    /// Linux is awake again. Does nothing without a `suspend` before.
    /// @returns nothing, or the platform's error: it is as before, and this may be repeated.
    [[nodiscard]] Result<void> resume() {
        const std::scoped_lock guard(lock_);
        return life_.resume();
    }

    /// The processor goes away: one that is up is stopped, even if that fails, and nothing can be done with it any more
    /// (state deleted; the kernel's rproc_del). One that another agent has started, and that is not attached, runs on.
    void remove() {
        const std::scoped_lock guard(lock_);
        life_.remove();
        users_ = 0;
    }

    /// Linux panics: tells a processor that is up (the kernel's panic notifier). Never waits: a processor in the middle
    /// of an operation is not told.
    /// @returns how long the processor needs; the caller waits. 0 when there is nothing to wait for.
    [[nodiscard]] std::chrono::milliseconds panic() {
        const std::unique_lock guard(lock_, std::try_to_lock);
        if (!guard) return {};
        return life_.panic();
    }

    /// Whether it is to be booted as soon as it is registered (device tree: `st,auto-boot`).
    [[nodiscard]] bool auto_boot() {
        if constexpr (HasAutoBoot<P>) return life_.platform().auto_boot();
        return false;
    }

    /// Something that comes and goes with the running processor. Added ones start before the virtio devices.
    /// @returns nothing, or
    ///   state_invalid: the processor is neither offline nor detached.
    [[nodiscard]] Result<void> add_subdevice(Subdevice subdevice) {
        const std::scoped_lock guard(lock_);
        RPROC_TRY(off_for("add a sub-device to"));
        life_.subdevices().add(std::move(subdevice));
        return {};
    }

    /// Takes it away again; does nothing when there is none of that name. Errors as `add_subdevice`.
    [[nodiscard]] Result<void> remove_subdevice(std::string_view name) {
        const std::scoped_lock guard(lock_);
        RPROC_TRY(off_for("remove a sub-device from"));
        life_.subdevices().remove(name);
        return {};
    }

    /// Its virtio devices, drivers and queues.
    [[nodiscard]] auto virtio() noexcept { return VirtioAccess(lock_, life_); }

    /// Who looks at a crash, after the core was stopped and before it is started again: the place for a coredump (the
    /// kernel's `rproc->ops->coredump`). None by default.
    void set_crash_handler(CrashHandler handler) {
        const std::scoped_lock guard(lock_);
        life_.set_crash_handler(std::move(handler));
    }

    /// Says that a crash will not be recovered from any more (a notice: restart_limit_reached), and disables recovery.
    /// The processor stays crashed until it is shut down.
    void give_up_recovery() {
        const std::scoped_lock guard(lock_);
        recovery_ = RecoveryMode::disabled;
        life_.notice(Severity::error,
                     Error(ErrorCode::restart_limit_reached, place::Processor{name()}, life_.crash_count()));
    }

    /// Whether crashes are recovered from; they are, by default.
    void set_recovery(RecoveryMode mode) {
        const std::scoped_lock guard(lock_);
        recovery_ = mode;
    }
    [[nodiscard]] RecoveryMode recovery() const {
        const std::scoped_lock guard(lock_);
        return recovery_;
    }
    /// How many crashes were handled in this processor's life.
    [[nodiscard]] unsigned crash_count() const {
        const std::scoped_lock guard(lock_);
        return life_.crash_count();
    }

    [[nodiscard]] State state() const {
        const std::scoped_lock guard(lock_);
        return life_.state();
    }

    /// The processor's name, "m4".
    [[nodiscard]] const std::string& name() const noexcept { return life_.context().name(); }

    /// Calls `look(const ProcessorView&)` once, with the lock held: no other thread boots, recovers or stops meanwhile.
    /// Waits for an operation that is under way; operations wait for the visit, so copy and return: the callback must
    /// not wait, and must not call this processor, which throws std::system_error (ProcessorLock).
    /// @returns what `look` returns, by value; it must not refer to anything of the view, which is valid only during
    ///   the call. References, pointers, spans and string views do not compile.
    template <std::invocable<const ProcessorView&> F>
    auto visit(F look) const {
        if constexpr (internal::visit_returns_value<F>()) {
            const std::scoped_lock guard(lock_);
            const ProcessorView now = life_.view();
            return look(now);
        }
    }

    /// The policies. No lock is taken: they are for one thread, or for what a policy guards by itself.
    [[nodiscard]] B& backend() noexcept { return life_.backend(); }
    [[nodiscard]] P& platform() noexcept { return life_.platform(); }
    [[nodiscard]] O& observer() noexcept { return life_.observer(); }

  private:
    [[nodiscard]] Error logged(Error error) {
        life_.log(error);
        return error;
    }

    [[nodiscard]] bool is_off() const noexcept {
        return life_.state() == State::offline || life_.state() == State::detached;
    }

    [[nodiscard]] Result<void> off_for(std::string_view operation) const {
        if (is_off()) return {};
        return fail(life_.wrong_state(operation));
    }

    /// After an operation that may have ended with the processor off.
    [[nodiscard]] Result<void> counted(Result<void> result) {
        if (!life_.is_up()) users_ = 0;
        return result;
    }

    mutable ProcessorLock lock_;
    LifeCycle<B, P, S, O> life_;
    unsigned users_ = 0;
    RecoveryMode recovery_ = RecoveryMode::enabled;
};

/// Policies that do not fit together: says what is missing, and has the members of a processor that is whole, so that
/// the sentence is the only error.
template <class B, class P, class S, class O>
class RemoteProcessor : internal::SaysWhatIsMissing<B, P, S, O>,
                        public RemoteProcessor<internal::StandInBackend<B>, internal::StandInPlatform<P>> {
  public:
    explicit RemoteProcessor(B backend, P platform, O observer = O{});
    ~RemoteProcessor();

    [[nodiscard]] B& backend() noexcept;
    [[nodiscard]] P& platform() noexcept;
    [[nodiscard]] O& observer() noexcept;
};

template <class B, class P>
RemoteProcessor(B, P) -> RemoteProcessor<B, P>;
template <class B, class P, class O>
RemoteProcessor(B, P, O) -> RemoteProcessor<B, P, Mainline, O>;

}  // namespace rproc
