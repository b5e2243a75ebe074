// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "rproc/core/context.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/observer.hpp"
#include "rproc/result.hpp"
#include "rproc/step.hpp"

namespace rproc {

/// The line that the kernel prints after the sanity check (rproc_fw_boot).
[[nodiscard]] inline std::string booting_line(const Firmware& firmware) {
    return fill("Booting fw image {0}, size {1}", {firmware.name(), firmware.bytes().size()});
}

/// The line that the kernel's core prints when a step fails, after the line of the failing function.
/// @param result the result of the step, e.g. -22.
/// @returns the line, empty for a step whose failure the core does not print.
[[nodiscard]] inline std::string failure_line(Step step, std::string_view name, int result) {
    switch (step) {
        case Step::enable_iommu: return fill("can't enable iommu: {0}", {result});
        case Step::prepare: return fill("can't prepare rproc {0}: {1}", {name, result});
        case Step::handle_resources: return fill("Failed to process resources: {0}", {result});
        case Step::allocate_carveouts: return fill("Failed to allocate associated carveouts: {0}", {result});
        case Step::load: return fill("Failed to load program segments: {0}", {result});
        case Step::prepare_subdevices: return fill("failed to prepare subdevices for {0}: {1}", {name, result});
        case Step::start: return fill("can't start rproc {0}: {1}", {name, result});
        case Step::loaded_table: return fill("can't load resource table: {0}", {result});
        case Step::attach: return fill("can't attach to rproc {0}: {1}", {name, result});
        case Step::detach: return fill("can't detach from rproc: {0}", {result});
        case Step::start_subdevices: return fill("failed to probe subdevices for {0}: {1}", {name, result});
        default: return {};
    }
}

/// Runs the steps of one processor, and reports each to its observer: begin, the reports of its ops, then end or
/// failure.
template <Observer O>
class StepReporter {
  public:
    /// @param ctx, observer must outlive the reporter.
    StepReporter(Context& ctx, O& observer) noexcept : ctx_(ctx), observer_(observer) {}

    /// Runs a step that may fail.
    /// @param body returns Result<void>.
    /// @returns the result of `body`; its error has `step` set.
    template <class F>
    [[nodiscard]] Result<void> run(Step step, F body) {
        observer_.on_step_begin(step);
        Result<void> result = body();
        ctx_.drain(step, observer_);
        if (result) {
            observer_.on_step_end(step);
            return result;
        }
        Error& error = result.error();
        error.set_step(step);
        if (error.has_kernel_line()) say(LogLevel::error, error.kernel_line());
        if (const std::string line = failure_line(step, ctx_.name(), error.kernel_result()); !line.empty())
            say(LogLevel::error, line);
        observer_.on_step_failed(step, error);
        return result;
    }

    /// Runs a step that cannot fail.
    template <class F>
    void run_sure(Step step, F body) {
        observer_.on_step_begin(step);
        body();
        ctx_.drain(step, observer_);
        observer_.on_step_end(step);
    }

    /// Reports a line of the kernel's log at once.
    void say(LogLevel level, std::string_view line) { observer_.on_log({level, LogSource::remoteproc, line}); }

  private:
    Context& ctx_;
    O& observer_;
};

}  // namespace rproc
