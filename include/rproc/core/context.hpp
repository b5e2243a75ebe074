// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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
/// An op reports through `log` and `notice`; the report reaches the observer during the call. An op returns its error
/// and does not log it: the processor logs the error's `kernel_line`.
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

    /// Reports a line of the kernel's log that belongs to no error. It is formatted only if the observer reads it.
    /// @param text, arguments as in `fill`: `log(level, source, "iommu_map failed: {0}", {result})`.
    void log(LogLevel level, LogSource source, std::string_view text,
             std::initializer_list<TextArgument> arguments = {}) {
        log(LogLine(level, source, text, {arguments.begin(), arguments.size()}));
    }
    /// Reports a line of the kernel's log.
    void log(const LogLine& line) { sink_.on_log(sink_.observer, line); }

    /// Reports a problem that does not fail the op. The `kernel_line` of `error`, if any, is logged first, as a line of
    /// LogSource::remoteproc.
    void notice(Severity severity, Error error) {
        error.set_step(step_);
        if (error.has_kernel_line()) {
            const auto level = severity == Severity::error ? LogLevel::error : LogLevel::warning;
            log(LogLine(level, LogSource::remoteproc, error));
        }
        sink_.on_notice(sink_.observer, severity, error);
    }

    /// For the core: sends the reports to `observer`, which must outlive the context. Without a call they are ignored.
    template <Observer O>
    void report_to(O& observer) noexcept {
        sink_ = {
            &observer, [](void* to, const LogLine& line) { static_cast<O*>(to)->on_log(line); },
            [](void* to, Severity severity, const Error& error) { static_cast<O*>(to)->on_notice(severity, error); }};
    }
    /// For the core: the step of the notices to come; Step::none outside of a step.
    void set_step(Step step) noexcept { step_ = step; }
    /// For the core.
    void set_state(State state) noexcept { state_ = state; }
    /// For the core. @param table stays valid until the next call.
    void set_table(std::span<std::byte> table) noexcept { table_ = table; }

  private:
    /// The observer, without its type.
    struct Sink {
        void* observer = nullptr;
        void (*on_log)(void* observer, const LogLine& line) = [](void*, const LogLine&) {};
        void (*on_notice)(void* observer, Severity severity, const Error& error) = [](void*, Severity, const Error&) {};
    };

    std::string name_;
    KernelProfile kernel_;
    State state_ = State::offline;
    CarveoutRegistry carveouts_;
    std::vector<DumpSegment> dump_segments_;
    std::span<std::byte> table_;
    Step step_ = Step::none;
    Sink sink_{};
};

}  // namespace rproc
