// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/core/concepts.hpp"
#include "rproc/core/crash.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/state.hpp"
#include "rproc/testing/every_fault.hpp"
#include "rproc/testing/fault_rig.hpp"
#include "rproc/testing/faulty_firmware.hpp"
#include "rproc/testing/life_watchers.hpp"

namespace rproc::testing {

/// Operates one processor while faults are injected: performs an operation, and checks its contract in RemoteProcessor.
/// An operation that is not possible, because an earlier one failed, is omitted.
template <FaultRig Rig>
class CheckedLife {
  public:
    using Processor = typename Rig::Processor;
    using Platform = std::remove_reference_t<decltype(std::declval<Processor&>().platform())>;

    /// Makes the rig and its processor, and sets the firmware. @param trial must outlive this object.
    explicit CheckedLife(FaultTrial& trial) : trial_(trial), rig_(trial.faults()) { make(); }

    /// Boots or attaches, unless the processor is crashed, suspended or deleted. A boot of a processor that is up must
    /// succeed.
    void boot() {
        if (state() == State::deleted || state() == State::crashed || state() == State::suspended) return;
        const State before = state();
        const auto booted = run("boot", [&] { return rproc_->boot(); });
        if (is_awake(before)) {
            expect(booted.has_value(), "a boot of a processor that is up failed");
            ++users_;
        } else if (booted) {
            users_ = 1;
        }
        const State up = before == State::detached ? State::attached : State::running;
        look("boot", booted && !is_awake(before) ? up : before);
    }

    /// Ends one boot of a processor that is up or crashed. A failure must leave the state unchanged.
    void shutdown() {
        if (!can_stop()) return;
        const State before = state();
        const auto stopped = run("shutdown", [&] { return rproc_->shutdown(); });
        look("shutdown", left_by(stopped.has_value(), before, State::offline));
    }

    /// Detaches from an attached processor.
    void detach() requires HasAttach<Platform> {
        if (state() != State::attached) return;
        const auto detached = run("detach", [&] { return rproc_->detach(); });
        look("detach", left_by(detached.has_value(), State::attached, State::detached));
    }

    /// Reports a crash without handling it.
    void crash() {
        if (!can_crash()) return;
        was_attached_ = is_attached();
        expect(rproc_->note_crash(CrashType::watchdog), "a crash was not recorded");
        look("crash", State::crashed);
    }

    /// Recovers a crashed processor. A failure of the stop must leave it crashed; a later failure must leave it
    /// offline.
    void recover() {
        if (state() != State::crashed) return;
        look("recover", left_by_recovery(run("recover", [&] { return rproc_->recover(); })));
    }

    /// Reports a crash and recovers from it.
    void handle_crash() {
        if (!can_crash()) return;
        was_attached_ = is_attached();
        const auto handled = run("handle_crash", [&] { return rproc_->handle_crash(CrashType::fatal_error); });
        look("handle_crash", left_by_recovery(handled));
    }

    /// Suspends a processor that is up. A failure must leave the state unchanged.
    void suspend() requires HasSuspend<Platform> {
        if (!is_awake(state())) return;
        slept_from_ = state();
        const auto slept = run("suspend", [&] { return rproc_->suspend(); });
        const bool with_linux = slept && state() == State::suspended;  // or it runs on: the platform's choice
        look("suspend", with_linux ? State::suspended : slept_from_);
    }

    /// Resumes a suspended processor. A failure must leave it suspended.
    void resume() requires HasSuspend<Platform> {
        if (rproc_ == nullptr || !watchers_->life().is_asleep()) return;
        const State before = state();
        const auto woken = run("resume", [&] { return rproc_->resume(); });
        look("resume", woken && before == State::suspended ? slept_from_ : before);
    }

    /// Kicks every queue.
    void kick() {
        if (!is_awake(state())) return;
        const State before = state();
        for_each_vring([&](const Vring& vring) {
            if (vring.taken) return static_cast<void>(run("kick", [&] { return kick(vring); }));
            const auto kicked = kick(vring);
            expect(!kicked && kicked.error().code() == ErrorCode::vring_unknown, "a queue without a driver was kicked");
        });
        look("kick", before);
    }

    /// Raises the interrupt of every queue: the driver that took it must be called once.
    void interrupt() {
        if (!is_awake(state())) return;
        const State before = state();
        for_each_vring([&](const Vring& vring) {
            const std::size_t before_interrupts = watchers_->driver().interrupts();
            const bool handled = rproc_->virtio().interrupt(vring.notify_id);
            expect(handled == vring.taken, "an interrupt was not handled, or that of a queue without a driver was");
            expect(watchers_->driver().interrupts() == before_interrupts + (vring.taken ? 1 : 0),
                   "an interrupt was not delivered exactly once");
        });
        look("interrupt", before);
    }

    /// Another program owns the processor before this one, and dies.
    void owner_dies(OwnerDeath when) requires HasOtherOwner<Rig> {
        destroy();
        rig_.owner_dies(when);
        make();
    }

    /// Boots a processor that another owner has left running, which must be refused.
    void boot_of_another_owners() requires HasOtherOwner<Rig> {
        if (state() != State::offline) return;
        const std::size_t before = trial_.faults().injected();
        const auto booted = rproc_->boot();
        if (trial_.faults().injected() == before) {
            expect(!booted && booted.error().code() == Rig::kRunning, "what another owner runs was not left alone");
        }
        users_ = booted ? 1 : 0;
        look("boot of another owner's", booted ? State::running : State::offline);
        shutdown();
    }

    /// Makes the processor again, permitted to stop what another owner has started.
    void take_over() requires HasOtherOwner<Rig> {
        destroy();
        rig_.take_over();
        make();
    }

    /// Removes and destroys the processor, in any state.
    void remove() {
        if (rproc_ == nullptr) return;
        const State left = state() == State::detached ? State::detached : State::offline;
        rproc_->remove();
        look("remove", State::deleted, left);
        const auto booted = rproc_->boot();
        expect(!booted && booted.error().code() == ErrorCode::state_invalid,
               "the boot of a removed processor is not refused");
        destroy();
    }

    /// Destroys the processor, in any state.
    void destroy() {
        if (rproc_ == nullptr) return;
        rproc_.reset();
        users_ = 0;
        take("destructor", watchers_->take_violations(), State::deleted);
    }

    /// Ends injection, and checks that a processor that is up can be stopped, that a firmware that must be refused is,
    /// that the next boot succeeds and stops, and that nothing stays allocated. Omitted for a core that was dropped
    /// because it could not be stopped.
    void finish() {
        trial_.faults().disarm();
        if (watchers_->life().left_running()) return destroy();
        if (rproc_ == nullptr) make();
        if (rproc_ == nullptr) return;
        if constexpr (HasSuspend<Platform>) resume();
        stop_all();
        const bool joins = state() == State::detached;
        if constexpr (HasRefusedFirmware<Rig>) boot_refused();
        boot_and_stop();
        if (joins) boot_and_stop();
        destroy();
    }

    /// State::deleted when there is no processor.
    [[nodiscard]] State state() const { return rproc_ == nullptr ? State::deleted : rproc_->state(); }

  private:
    [[nodiscard]] static constexpr bool is_awake(State state) noexcept {
        return state == State::running || state == State::attached;
    }
    [[nodiscard]] bool can_stop() const { return is_awake(state()) || state() == State::crashed; }
    [[nodiscard]] bool can_crash() const { return is_awake(state()) || state() == State::suspended; }
    [[nodiscard]] bool is_attached() const {
        return (state() == State::suspended ? slept_from_ : state()) == State::attached;
    }

    void make() {
        watchers_.emplace(undo_reports_of<Processor>(), trial_.faults());
        auto made = run("making the processor", [&] { return rig_.make(ObserverRef(watchers_->life())); });
        if (!made) return take("a processor that could not be made", watchers_->take_violations(), State::deleted);
        rproc_ = *std::move(made);
        expect(watchers_->join(*rproc_).has_value(), "no sub-device can be added");
        const auto chosen = rproc_->set_firmware(faulty_firmware(rig_.firmware(), trial_.faults()));
        expect(chosen.has_value(), "the firmware cannot be chosen");
    }

    /// The state after a shutdown or detach: the last user that stops changes it.
    [[nodiscard]] State left_by(bool succeeded, State before, State last) {
        if (!succeeded) return before;
        if (users_ > 1 && before != State::crashed) {
            --users_;
            return before;
        }
        users_ = 0;
        return last;
    }

    [[nodiscard]] State left_by_recovery(const Result<void>& recovered) {
        const bool joins_again = was_attached_ && AttachesOnRecovery<Platform>;
        if (recovered) return joins_again ? State::attached : State::running;
        const Step failed = recovered.error().step();
        if (failed == Step::stop || failed == Step::detach) return State::crashed;
        users_ = 0;
        return joins_again ? State::detached : State::offline;
    }

    void stop_all() {
        for (std::size_t left = users_; left != 0 && can_stop(); --left) shutdown();
        expect(state() == State::offline || state() == State::detached, "cannot be stopped after the end of injection");
    }

    void boot_and_stop() {
        boot();
        expect(is_awake(state()), "the next boot fails");
        shutdown();
        expect(state() == State::offline, "the next boot cannot be stopped");
    }

    void boot_refused() requires HasRefusedFirmware<Rig> {
        if (state() != State::offline) return;
        expect(rproc_->set_firmware(rig_.refused_firmware()).has_value(), "the firmware cannot be changed");
        const auto booted = rproc_->boot();
        expect(!booted && booted.error().code() == Rig::kRefusal, "a firmware that must be refused is not");
        look("boot of a firmware that must be refused", State::offline);
        if (booted) static_cast<void>(rproc_->shutdown());
        expect(rproc_->set_firmware(rig_.firmware()).has_value(), "the firmware cannot be changed");
    }

    [[nodiscard]] Result<void> kick(const Vring& vring) { return rproc_->virtio().kick(vring.notify_id); }

    template <class F>
    void for_each_vring(F f) {
        // A copy, for `f` calls the processor.
        const auto vdevs = rproc_->visit([](const ProcessorView& now) { return now.resources.vdevs; });
        for (const Vdev& vdev : vdevs) std::ranges::for_each(vdev.vrings, f);
    }

    /// Runs an operation, which may only fail because of a fault.
    template <class F>
    [[nodiscard]] auto run(std::string_view name, F operation) {
        const std::size_t before = trial_.faults().injected();
        auto result = operation();
        if (!result && trial_.faults().injected() == before)
            trial_.add_violation(fmt::format("{} failed, and not by a fault: {}", name, result.error().message()));
        return result;
    }

    /// Checks the processor, inside and outside, after an operation.
    void look(std::string_view operation, State expected) { look(operation, expected, state()); }
    void look(std::string_view operation, State expected, State outside) {
        if (state() != expected) {
            trial_.add_violation(
                fmt::format("{} left it {}, and not {}", operation, to_string(state()), to_string(expected)));
        }
        take(operation, watchers_->take_violations(*rproc_), outside);
    }

    void take(std::string_view operation, const std::vector<std::string>& inside, State outside) {
        for (const std::string& what : inside) trial_.add_violation(fmt::format("{}: {}", operation, what));
        for (const std::string& what : rig_.violations_in(outside))
            trial_.add_violation(fmt::format("{} left it {}: {}", operation, to_string(outside), what));
    }

    void expect(bool holds, std::string_view what) { trial_.expect(holds, what); }

    FaultTrial& trial_;
    Rig rig_;
    std::optional<LifeWatchers> watchers_;  // outlive the processor, which tells them of its end
    std::unique_ptr<Processor> rproc_;
    std::size_t users_ = 0;
    State slept_from_ = State::running;  ///< before the last suspend
    bool was_attached_ = false;          ///< before the last crash
};

}  // namespace rproc::testing
