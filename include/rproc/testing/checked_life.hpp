// SPDX-License-Identifier: BSD-2-Clause
#pragma once

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
#include "rproc/core/state.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/every_fault.hpp"
#include "rproc/testing/faulty_firmware.hpp"
#include "rproc/testing/life_watch.hpp"

namespace rproc {

/// A processor with all that it needs, made anew for each fault: what a user of the harness writes.
template <class R>
concept FaultRig = std::constructible_from<R, Faults> &&
    requires(R& rig, ObserverRef<LifeWatch> observer, State state) {
    // A RemoteProcessor whose observer is ObserverRef<LifeWatch>.
    typename R::Processor;
    // Makes one, its policies wrapped with the faults that the rig was made with. Called again after one was destroyed.
    { rig.make(observer) } -> std::same_as<Result<std::unique_ptr<typename R::Processor>>>;
    // What it boots: a good firmware.
    { rig.firmware() } -> std::same_as<FirmwareSource>;
    // What is not as it has to be outside of the processor when it is in that state (deleted: when there is none), in
    // words: memory that is still mapped, a session that is still open.
    { rig.wrong_when(state) } -> std::same_as<std::vector<std::string>>;
};

/// The life of one processor while faults are injected: each operation is done, and then looked at, against its
/// contract in RemoteProcessor. An operation that makes no sense, because an earlier one failed, is left out.
template <FaultRig Rig>
class CheckedLife {
  public:
    using Processor = typename Rig::Processor;

    /// Makes the rig and its processor, and chooses the firmware as soon as that is possible. `trial` must outlive it.
    explicit CheckedLife(FaultTrial& trial) : trial_(trial), rig_(trial.faults()) { make(); }

    void boot() {
        if (rproc_ == nullptr || state() == State::crashed) return;
        const State before = state();
        const auto booted = run("boot", [&] { return rproc_->boot(); });
        if (is_up(before)) {
            expect(booted.has_value(), "a boot of one that is up failed");
            ++users_;
        } else if (booted) {
            users_ = 1;
        }
        const State up = before == State::detached ? State::attached : State::running;
        look("boot", booted && !is_up(before) ? up : before);
    }

    void shutdown() {
        if (rproc_ == nullptr || !is_up(state())) return;
        const State before = state();
        const auto stopped = run("shutdown", [&] { return rproc_->shutdown(); });
        look("shutdown", left_by(stopped.has_value(), before, State::offline));
    }

    void detach() requires HasAttach<std::remove_reference_t<decltype(std::declval<Processor&>().platform())>> {
        if (rproc_ == nullptr || state() != State::attached) return;
        const auto detached = run("detach", [&] { return rproc_->detach(); });
        look("detach", left_by(detached.has_value(), State::attached, State::detached));
    }

    void crash() {
        if (rproc_ == nullptr || (state() != State::running && state() != State::attached)) return;
        was_attached_ = state() == State::attached;
        expect(rproc_->note_crash(CrashType::watchdog), "a crash was not taken notice of");
        look("crash", State::crashed);
    }

    void recover() {
        if (rproc_ == nullptr || state() != State::crashed) return;
        const auto recovered = run("recover", [&] { return rproc_->recover(); });
        const bool joins_again = was_attached_ && kAttachesOnRecovery;
        if (recovered) return look("recover", joins_again ? State::attached : State::running);
        const Step failed = recovered.error().step;
        if (failed == Step::stop || failed == Step::detach) return look("recover", State::crashed);
        users_ = 0;
        look("recover", joins_again ? State::detached : State::offline);
    }

    /// Destroys the processor, in whatever state.
    void destroy() {
        if (rproc_ == nullptr) return;
        rproc_.reset();
        users_ = 0;
        watch_->expect_rest();
        left_running_ = left_running_ || watch_->left_running();
        take("destructor", State::deleted);
    }

    /// The faults are over: what is up can be stopped, the next boot works, runs and stops, and nothing is left. Left
    /// out for a core that was destroyed while it could not be stopped.
    void finish() {
        trial_.faults().disarm();
        if (rproc_ == nullptr && left_running_) return;
        if (rproc_ == nullptr) make();
        if (rproc_ == nullptr) return;
        stop_all();
        const bool joins = state() == State::detached;
        boot_and_stop();
        if (joins) boot_and_stop();
        destroy();
    }

    /// Precondition: there is a processor.
    [[nodiscard]] State state() const { return rproc_->state(); }

  private:
    static constexpr bool kAttachesOnRecovery =
        AttachesOnRecovery<std::remove_reference_t<decltype(std::declval<Processor&>().platform())>>;

    [[nodiscard]] static constexpr bool is_up(State state) noexcept {
        return state == State::running || state == State::attached || state == State::crashed;
    }

    void make() {
        watch_.emplace(way_back_of<Processor>());
        auto made = run("making the processor", [&] { return rig_.make(ObserverRef(*watch_)); });
        if (!made) return take("a processor that could not be made", State::deleted);
        rproc_ = *std::move(made);
        choose();
    }

    void choose() {
        const auto chosen = rproc_->set_firmware(faulty_firmware(rig_.firmware(), trial_.faults()));
        expect(chosen.has_value(), "the firmware cannot be chosen");
    }

    /// Shutdowns and detaches count down; the last one that succeeds moves the state.
    [[nodiscard]] State left_by(bool succeeded, State before, State last) {
        if (!succeeded) return before;
        if (users_ > 1 && before != State::crashed) {
            --users_;
            return before;
        }
        users_ = 0;
        return last;
    }

    void stop_all() {
        for (std::size_t left = users_; left != 0 && is_up(state()); --left) shutdown();
        expect(!is_up(state()), "cannot be stopped when the faults are over");
    }

    void boot_and_stop() {
        boot();
        expect(is_up(state()), "the next boot does not work");
        shutdown();
        expect(state() == State::offline, "the next boot cannot be stopped");
    }

    /// Runs an operation, which may only fail by a fault.
    template <class F>
    [[nodiscard]] auto run(std::string_view name, F operation) {
        const std::size_t before = trial_.faults().injected();
        auto result = operation();
        if (!result && trial_.faults().injected() == before)
            trial_.wrong(fmt::format("{} failed, and not by a fault: {}", name, result.error().message()));
        return result;
    }

    /// What an operation left, inside and outside of the processor.
    void look(std::string_view operation, State expected) {
        if (state() != expected) {
            trial_.wrong(fmt::format("{} left it {}, and not {}", operation, to_string(state()), to_string(expected)));
        }
        if (!is_up(state())) {
            must_not_leave(operation, rproc_->carveouts().size() != 0, "carveouts");
            must_not_leave(operation, !rproc_->table().empty(), "a resource table");
            must_not_leave(operation, !rproc_->resources().traces.empty(), "traces");
            must_not_leave(operation, !rproc_->resources().vdevs.empty(), "virtio devices");
            watch_->expect_rest();
        }
        const bool started = watch_->is_done(Step::start_subdevices);
        for (const Vdev& vdev : rproc_->resources().vdevs) {
            must_not_leave(operation, vdev.registered && !started, "a virtio device registered");
            must_not_leave(operation, vdev.usable && started && !vdev.registered, "a virtio device unregistered");
        }
        take(operation, state());
    }

    void must_not_leave(std::string_view operation, bool left, std::string_view what) {
        if (left) trial_.wrong(fmt::format("{} left {}", operation, what));
    }

    void take(std::string_view operation, State state) {
        for (const std::string& what : watch_->take_violations()) trial_.wrong(fmt::format("{}: {}", operation, what));
        for (const std::string& what : rig_.wrong_when(state))
            trial_.wrong(fmt::format("{} left it {}: {}", operation, to_string(state), what));
    }

    void expect(bool holds, std::string_view what) { trial_.expect(holds, what); }

    FaultTrial& trial_;
    Rig rig_;
    std::optional<LifeWatch> watch_;  // outlives the processor, which tells it of its end
    std::unique_ptr<Processor> rproc_;
    std::size_t users_ = 0;
    bool was_attached_ = false;  ///< before the last crash
    bool left_running_ = false;
};

}  // namespace rproc
