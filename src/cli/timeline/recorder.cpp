// SPDX-License-Identifier: BSD-2-Clause
#include "cli/timeline/recorder.hpp"

namespace rproc::cli {

void TimelineRecorder::on_step_begin(Step step) {
    shown_.on_step_begin(step);
    record_.steps.push_back({.step = step, .kernel_lines = std::exchange(first_lines_, {})});
    mark_ = job_.models.mark();
    since_ = Clock::now();
}

void TimelineRecorder::on_step_end(Step step) {
    end_step().summary = facts_.of(step);
    shown_.on_step_end(step);
}

void TimelineRecorder::on_step_failed(Step step, const Error& error) {
    end_step().failed = true;
    shown_.on_step_failed(step, error);
}

RecordedStep& TimelineRecorder::end_step() {
    pause();
    since_.reset();
    RecordedStep& step = record_.steps.back();
    step.touched = job_.models.since(mark_);
    return step;
}

void TimelineRecorder::on_notice(Severity severity, const Error& error) {
    pause();
    if (!record_.steps.empty()) record_.steps.back().notices.emplace_back(severity, error);
    shown_.on_notice(severity, error);
    resume();
}

void TimelineRecorder::on_log(const LogLine& line) {
    pause();
    facts_.on_log(line);
    auto& lines = record_.steps.empty() ? first_lines_ : record_.steps.back().kernel_lines;
    lines.push_back(as_in_dmesg(line, job_.board));
    shown_.on_log(line);
    resume();
}

void TimelineRecorder::on_state(State from, State to) {
    record_.states.push_back({record_.steps.size(), from, to});
    shown_.on_state(from, to);
}

void TimelineRecorder::running(const Running& running) {
    record_.running = running;
    shown_.running(running);
}

void TimelineRecorder::refused(const Error& error) {
    record_.refusal = error;
    shown_.refused(error);
}

void TimelineRecorder::pause() {
    if (since_) record_.steps.back().duration += Clock::now() - *since_;
}

void TimelineRecorder::resume() {
    if (since_) since_ = Clock::now();
}

}  // namespace rproc::cli
