// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/boot/reporters.hpp"
#include "cli/timeline/models.hpp"

namespace rproc::cli {

/// A step that was done or has failed.
struct RecordedStep {
    Step step;
    std::chrono::nanoseconds duration{};  ///< without the time of reporting
    bool failed = false;
    std::string summary{};  ///< the result in a few words
    Touched touched{};
    std::vector<std::pair<Severity, Error>> notices{};
    std::vector<std::string> kernel_lines{};  ///< as in dmesg: its own, and those up to the next step
};

/// A change of the processor's state.
struct RecordedState {
    std::size_t after;  ///< the number of steps before it
    State from;
    State to;
};

/// One boot, from the first step to the last, and the stop that follows.
struct BootRecord {
    std::vector<RecordedStep> steps;
    std::vector<RecordedState> states;
    std::optional<Running> running;  ///< nothing when the processor never ran
    std::optional<Error> refusal;    ///< of the boot, or of the stop
};

/// Records a boot for its timeline, and forwards everything to another reporter.
class TimelineRecorder : public BootReporter {
  public:
    /// @param shown receives everything; it must outlive this.
    TimelineRecorder(BootReporter& shown, const BootJob& job)
        : shown_(shown), job_(job), facts_(job.board, job.firmware, job.images, job.mapped, job.tee) {}

    void on_step_begin(Step step) override;
    void on_step_end(Step step) override;
    void on_step_failed(Step step, const Error& error) override;
    void on_notice(Severity severity, const Error& error) override;
    void on_log(const LogLine& line) override;
    void on_state(State from, State to) override;

    void running(const Running& running) override;
    void refused(const Error& error) override;
    void stopped() override { shown_.stopped(); }

    [[nodiscard]] const BootRecord& record() const noexcept { return record_; }

  private:
    using Clock = std::chrono::steady_clock;

    void pause();
    void resume();
    RecordedStep& end_step();

    BootReporter& shown_;
    const BootJob& job_;
    StepFacts facts_;
    BootRecord record_{};
    BootModels::Mark mark_{};
    std::vector<std::string> first_lines_{};    ///< before the first step
    std::optional<Clock::time_point> since_{};  ///< set while a step runs
};

}  // namespace rproc::cli
