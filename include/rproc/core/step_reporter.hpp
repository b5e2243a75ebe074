// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <initializer_list>
#include <string_view>

#include "rproc/core/context.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// The line that the kernel prints after the sanity check (rproc_fw_boot): {0} is the firmware's name, {1} its bytes.
inline constexpr std::string_view kBootingLine = "Booting fw image {0}, size {1}";

/// The line that the kernel's core prints when a step fails, after the line of the failing function: {0} is the
/// processor's name, {1} the result of the step, e.g. -22.
/// @returns the line, empty for a step whose failure the core does not print.
[[nodiscard]] constexpr std::string_view failure_line(Step step) noexcept {
    switch (step) {
        case Step::enable_iommu: return "can't enable iommu: {1}";
        case Step::prepare: return "can't prepare rproc {0}: {1}";
        case Step::handle_resources: return "Failed to process resources: {1}";
        case Step::allocate_carveouts: return "Failed to allocate associated carveouts: {1}";
        case Step::load: return "Failed to load program segments: {1}";
        case Step::prepare_subdevices: return "failed to prepare subdevices for {0}: {1}";
        case Step::start: return "can't start rproc {0}: {1}";
        case Step::loaded_table: return "can't load resource table: {1}";
        case Step::attach: return "can't attach to rproc {0}: {1}";
        case Step::detach: return "can't detach from rproc: {1}";
        case Step::start_subdevices: return "failed to probe subdevices for {0}: {1}";
        default: return {};
    }
}

/// Runs the steps of one processor, and reports each to its observer: begin, the reports of its ops, then end or
/// failure. Formats nothing itself.
template <Observer O>
class StepReporter {
  public:
    /// Sends the reports of `ctx` to `observer`. Both must outlive the reporter.
    StepReporter(Context& ctx, O& observer) noexcept : ctx_(ctx), observer_(observer) { ctx.report_to(observer); }

    /// Runs a step that may fail.
    /// @param body returns Result<void>.
    /// @returns the result of `body`; its error has `step` set.
    template <class F>
    [[nodiscard]] Result<void> run(Step step, F body) {
        begin(step);
        Result<void> result = body();
        ctx_.set_step(Step::none);
        if (result) {
            observer_.on_step_end(step);
            return result;
        }
        Error& error = result.error();
        error.set_step(step);
        if (error.has_kernel_line()) observer_.on_log(LogLine(LogLevel::error, LogSource::remoteproc, error));
        if (const std::string_view line = failure_line(step); !line.empty())
            say(LogLevel::error, line, {ctx_.name(), error.kernel_result()});
        observer_.on_step_failed(step, error);
        return result;
    }

    /// Runs a step that cannot fail.
    template <class F>
    void run_sure(Step step, F body) {
        begin(step);
        body();
        ctx_.set_step(Step::none);
        observer_.on_step_end(step);
    }

    /// Reports a line of the kernel's log. @param text, arguments as in `fill`.
    void say(LogLevel level, std::string_view text, std::initializer_list<TextArgument> arguments = {}) {
        observer_.on_log(LogLine(level, LogSource::remoteproc, text, {arguments.begin(), arguments.size()}));
    }

  private:
    void begin(Step step) {
        observer_.on_step_begin(step);
        ctx_.set_step(step);
    }

    Context& ctx_;
    O& observer_;
};

}  // namespace rproc
