// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rproc/core/crash.hpp"
#include "rproc/memory/carveout_registry.hpp"
#include "rproc/observer.hpp"
#include "rproc/resource/kernel_profile.hpp"
#include "rproc/resource/table_editor.hpp"
#include "rproc/state.hpp"

namespace rproc {

/// The part of a processor that the ops of its policies may access. Lives as long as the processor.
///
/// Threads: only the thread that runs an operation uses it, with the processor's lock held.
///
/// An op reports through `log` and `notice`. The processor forwards the reports to its observer in order when the op
/// returns. An op returns its error and does not log it: the processor logs the error's `kernel_line`.
class Context {
  public:
    /// @param name of the processor.
    /// @param kernel whose rules apply.
    explicit Context(std::string name, KernelProfile kernel = kLinux61Arm32)
        : name_(std::move(name)), kernel_(kernel) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// The processor's name, "m4".
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The state before the operation, until a step changes it.
    [[nodiscard]] State state() const noexcept { return state_; }
    /// The kernel whose sizes and rules apply; does not change.
    [[nodiscard]] const KernelProfile& kernel() const noexcept { return kernel_; }
    /// The carveouts of the processor.
    [[nodiscard]] CarveoutRegistry& carveouts() noexcept { return carveouts_; }
    [[nodiscard]] const CarveoutRegistry& carveouts() const noexcept { return carveouts_; }

    /// The segments of a coredump besides carveouts and traces: memory that needs a special access method. The op
    /// `prepare` appends to it (the kernel's rproc_coredump_add_custom_segment). Cleared together with the carveouts.
    [[nodiscard]] std::vector<DumpSegment>& dump_segments() noexcept { return dump_segments_; }
    [[nodiscard]] const std::vector<DumpSegment>& dump_segments() const noexcept { return dump_segments_; }

    /// The resource table in use: the cached copy during a boot, then the one in the processor's memory if there is
    /// one. Without a table its bytes are empty and writes have no effect.
    [[nodiscard]] ResourceTableEditor table() const noexcept { return ResourceTableEditor(table_); }

    /// Reports a line of the kernel's log that belongs to no error.
    void log(LogLevel level, LogSource source, std::string text) {
        said_.emplace_back(Line{level, source, std::move(text)});
    }

    /// Reports a problem that does not fail the op. The `kernel_line` of `error`, if any, is logged first, as a line of
    /// LogSource::remoteproc.
    void notice(Severity severity, Error error) {
        if (error.has_kernel_line()) {
            const auto level = severity == Severity::error ? LogLevel::error : LogLevel::warning;
            log(level, LogSource::remoteproc, error.kernel_line());
        }
        said_.emplace_back(Notice{severity, std::move(error)});
    }

    /// For the core: forwards the reports to `observer`, in order, and forgets them. Sets the step of each notice to
    /// `step`.
    template <Observer O>
    void drain(Step step, O& observer) {
        for (auto& said : std::exchange(said_, {})) {
            if (const auto* line = std::get_if<Line>(&said)) {
                observer.on_log({line->level, line->source, line->text});
                continue;
            }
            auto& notice = std::get<Notice>(said);
            notice.error.set_step(step);
            observer.on_notice(notice.severity, notice.error);
        }
    }

    /// For the core.
    void set_state(State state) noexcept { state_ = state; }
    /// For the core. @param table stays valid until the next call.
    void set_table(std::span<std::byte> table) noexcept { table_ = table; }

  private:
    struct Line {
        LogLevel level;
        LogSource source;
        std::string text;
    };
    struct Notice {
        Severity severity;
        Error error;
    };

    std::string name_;
    KernelProfile kernel_;
    State state_ = State::offline;
    CarveoutRegistry carveouts_;
    std::vector<DumpSegment> dump_segments_;
    std::span<std::byte> table_;
    std::vector<std::variant<Line, Notice>> said_;
};

}  // namespace rproc
