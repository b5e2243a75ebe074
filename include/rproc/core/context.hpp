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
#include "rproc/resource/table_editor.hpp"
#include "rproc/state.hpp"

namespace rproc {

/// What the ops of a policy see of the processor they work for. Lives as long as the processor; used only by the thread
/// that runs an operation, with the processor's lock held.
///
/// An op says what it has to say through `log` and `notice`; the processor passes that on to its observer when the op
/// returns, in order. A refusal is not logged but returned: its `kernel_line` is logged by the processor.
class Context {
  public:
    explicit Context(std::string name) : name_(std::move(name)) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// The processor's name, "m4".
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] CarveoutRegistry& carveouts() noexcept { return carveouts_; }
    [[nodiscard]] const CarveoutRegistry& carveouts() const noexcept { return carveouts_; }

    /// What a coredump holds besides the carveouts and traces: memory that needs care to be read, registered by an op
    /// `prepare` (the kernel's rproc_coredump_add_custom_segment). Forgotten with the carveouts.
    [[nodiscard]] std::vector<DumpSegment>& dump_segments() noexcept { return dump_segments_; }
    [[nodiscard]] const std::vector<DumpSegment>& dump_segments() const noexcept { return dump_segments_; }

    /// The resource table in use: the cached copy while booting, then the one in the processor's memory where there is
    /// one. Without a table its bytes are empty and writes do nothing.
    [[nodiscard]] ResourceTableEditor table() const noexcept { return ResourceTableEditor(table_); }

    /// A line of the kernel's log that goes with no refusal.
    void log(LogLevel level, LogSource source, std::string text) {
        said_.emplace_back(Line{level, source, std::move(text)});
    }

    /// Something short of a refusal. Its `kernel_line`, where there is one, is logged first, as a line of the core.
    void notice(Severity severity, Error error) {
        if (error.has_kernel_line()) {
            const auto level = severity == Severity::error ? LogLevel::error : LogLevel::warning;
            log(level, LogSource::remoteproc, error.kernel_line());
        }
        said_.emplace_back(Notice{severity, std::move(error)});
    }

    /// Hands what the ops said to `observer` and forgets it. `error.step()` of notices becomes `step`. For the core.
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
    /// For the core. `table` must stay valid until the next call.
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
    State state_ = State::offline;
    CarveoutRegistry carveouts_;
    std::vector<DumpSegment> dump_segments_;
    std::span<std::byte> table_;
    std::vector<std::variant<Line, Notice>> said_;
};

}  // namespace rproc
