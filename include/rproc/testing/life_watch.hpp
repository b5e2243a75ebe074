// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/core/concepts.hpp"
#include "rproc/observer.hpp"
#include "rproc/state.hpp"

namespace rproc::testing {

/// The rollback steps that a processor reports: those whose policies have an op for them.
struct UndoReports {
    bool unprepare;   ///< Step::unprepare
    bool release_fw;  ///< Step::release_fw
};

/// @tparam R a RemoteProcessor.
/// @returns the rollback steps that it reports.
template <class R>
[[nodiscard]] constexpr UndoReports undo_reports_of() noexcept {
    using Backend = std::remove_reference_t<decltype(std::declval<R&>().backend())>;
    using Platform = std::remove_reference_t<decltype(std::declval<R&>().platform())>;
    return {.unprepare = HasUnprepare<Platform>, .release_fw = HasReleaseFw<Backend>};
}

/// An observer that checks the order of events. Every step that begins ends. Every change of the state is legal. Every
/// completed step is rolled back once, in reverse order (sub-devices and virtio devices, core, resources, preparation,
/// IOMMU), and the firmware is released last. A resume follows a suspend. The rollback of a core whose stop has failed
/// may be omitted.
class LifeWatch : public NullObserver {
  public:
    /// @param reports of the processor, from `undo_reports_of`.
    explicit LifeWatch(UndoReports reports) noexcept : reports_(reports) {}

    void on_step_begin(Step step) {
        open_.push_back(step);
        if (step == Step::release_fw) return released();
        if (is_undo(step)) return begin_undo(step);
        if (step == Step::resume && !asleep_) add_violation("resume without a suspend");
        if (may_load(step)) holds_firmware_ = true;
        if (step == Step::handle_resources) done_.push_back({step});  // is rolled back also when it fails
    }

    void on_step_end(Step step) {
        close(step);
        if (step == Step::suspend) asleep_ = true;
        if (step == Step::resume || step == Step::stop || step == Step::detach) asleep_ = false;
        if (is_undo(step)) {
            if (!done_.empty()) done_.pop_back();
        } else if (step != Step::handle_resources && is_undone(step)) {
            done_.push_back({step});
        }
    }

    void on_step_failed(Step step, const Error& error) {
        close(step);
        if (error.step() != step)
            add_violation("the error of a failed {} names step {}", to_string(step), to_string(error.step()));
        if (step == Step::stop && !done_.empty()) done_.back().stop_failed = true;
    }

    void on_state(State from, State to) {
        if (state_ && *state_ != from)
            add_violation("the state was {}, and changes from {}", to_string(*state_), to_string(from));
        if (!is_legal(from, to)) add_violation("the state changes from {} to {}", to_string(from), to_string(to));
        state_ = to;
    }

    /// Checks that everything is rolled back. To be called when the processor is off or destroyed.
    void expect_rest() {
        expect_rolled_back("at rest");
        if (holds_firmware_ && reports_.release_fw) add_violation("the firmware was not released");
        holds_firmware_ = false;
        asleep_ = false;
    }

    /// Whether the platform was suspended, and neither resumed nor stopped since.
    [[nodiscard]] bool is_asleep() const noexcept { return asleep_; }

    /// Whether a step was completed, and not rolled back since; for steps with a rollback.
    [[nodiscard]] bool is_done(Step step) const noexcept {
        return std::ranges::any_of(done_, [step](const Done& done) { return done.step == step; });
    }

    /// Whether the processor dropped a core that could not be stopped.
    [[nodiscard]] bool left_running() const noexcept { return left_running_; }

    /// The violations since the last call, in words.
    [[nodiscard]] std::vector<std::string> take_violations() { return std::exchange(violations_, {}); }

  private:
    struct Done {
        Step step;
        bool stop_failed = false;
    };

    [[nodiscard]] static constexpr bool undoes(Step undo, Step done) noexcept {
        switch (undo) {
            case Step::stop_subdevices: return done == Step::start_subdevices;
            case Step::stop: return done == Step::start || done == Step::attach;
            case Step::detach: return done == Step::attach;
            case Step::unprepare_subdevices: return done == Step::prepare_subdevices;
            case Step::resource_cleanup: return done == Step::handle_resources;
            case Step::unprepare: return done == Step::prepare;
            case Step::disable_iommu: return done == Step::enable_iommu;
            default: return false;
        }
    }

    /// The steps with a rollback.
    static constexpr std::array kUndone{Step::enable_iommu,       Step::prepare, Step::handle_resources,
                                        Step::prepare_subdevices, Step::start,   Step::attach,
                                        Step::start_subdevices};

    [[nodiscard]] static constexpr bool is_undone(Step step) noexcept {
        return std::ranges::find(kUndone, step) != kUndone.end();
    }

    [[nodiscard]] static constexpr bool is_undo(Step step) noexcept {
        return std::ranges::any_of(kUndone, [step](Step done) { return undoes(step, done); });
    }

    /// Whether a backend may hold a firmware after the step.
    [[nodiscard]] static constexpr bool may_load(Step step) noexcept {
        return step != Step::request_firmware && step != Step::suspend && step != Step::resume;
    }

    [[nodiscard]] static constexpr bool is_legal(State from, State to) noexcept {
        constexpr std::array kEvents{Event::boot,   Event::stop,    Event::attach, Event::detach,         Event::crash,
                                     Event::remove, Event::suspend, Event::resume, Event::resume_attached};
        return std::ranges::any_of(kEvents, [&](Event event) { return transition(from, event) == to; });
    }

    void begin_undo(Step undo) {
        while (!done_.empty() && !undoes(undo, done_.back().step)) pass_over(to_string(undo));
        if (done_.empty()) add_violation("{} without a step to roll back", to_string(undo));
    }

    /// Drops the last completed step without its rollback.
    void pass_over(std::string_view before) {
        const Done done = done_.back();
        done_.pop_back();
        left_running_ = left_running_ || done.stop_failed;
        const bool silent = done.step == Step::prepare && !reports_.unprepare;
        if (!done.stop_failed && !silent) add_violation("{}: {} was not rolled back", before, to_string(done.step));
    }

    void expect_rolled_back(std::string_view before) {
        while (!done_.empty()) pass_over(before);
        if (!open_.empty()) add_violation("{}: {} has begun and not ended", before, to_string(open_.back()));
        open_.clear();
    }

    void released() {
        open_.pop_back();
        expect_rolled_back("release_fw");
        open_.push_back(Step::release_fw);
        if (!holds_firmware_) add_violation("release_fw without a load since the last one");
        holds_firmware_ = false;
    }

    void close(Step step) {
        if (open_.empty() || open_.back() != step) return add_violation("{} ends, and has not begun", to_string(step));
        open_.pop_back();
    }

    template <class... T>
    void add_violation(fmt::format_string<T...> format, T&&... values) {
        violations_.push_back(fmt::format(format, std::forward<T>(values)...));
    }

    UndoReports reports_;
    std::vector<Step> open_;
    std::vector<Done> done_;
    std::optional<State> state_;
    bool holds_firmware_ = false;
    bool left_running_ = false;
    bool asleep_ = false;
    std::vector<std::string> violations_;
};
static_assert(Observer<LifeWatch>);

}  // namespace rproc::testing
