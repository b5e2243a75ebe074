// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <utility>

#include <spdlog/logger.h>

#include "rproc/observer.hpp"
#include "rproc/state.hpp"

namespace rproc {

/// Writes the events of a processor to an spdlog logger: steps at level debug, state changes at info, notices and
/// kernel lines at their own level, failed steps at error.
///
///     RemoteProcessor<elf::Backend, platform::ModelStm32mp15, Mainline, SpdlogObserver> m4(
///         elf::Backend{}, platform::ModelStm32mp15(board.config), SpdlogObserver(spdlog::default_logger()));
///
/// This is the only header that needs spdlog. As thread-safe as the logger. Exceptions of a sink do not leave spdlog.
class SpdlogObserver {
  public:
    /// @param logger not null; shared with the observer.
    explicit SpdlogObserver(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

    void on_step_begin(Step step) { logger_->debug("{}: begins", to_string(step)); }
    void on_step_end(Step step) { logger_->debug("{}: done", to_string(step)); }
    void on_step_failed(Step step, const Error& error) {
        logger_->error("{}: {} [{}]", to_string(step), error.message(), name_of(error.code()));
    }
    void on_notice(Severity severity, const Error& error) {
        logger_->log(level_of(severity), "{}: {} [{}]", to_string(error.step()), error.message(),
                     name_of(error.code()));
    }
    void on_log(const LogLine& line) {
        const auto level = level_of(line.level());
        if (logger_->should_log(level)) logger_->log(level, "kernel: {}", line.text());
    }
    void on_state(State from, State to) { logger_->info("state: {} -> {}", to_string(from), to_string(to)); }

  private:
    [[nodiscard]] static spdlog::level::level_enum level_of(Severity severity) noexcept {
        switch (severity) {
            case Severity::note: return spdlog::level::info;
            case Severity::warning: return spdlog::level::warn;
            case Severity::error: return spdlog::level::err;
        }
        return spdlog::level::err;
    }
    [[nodiscard]] static spdlog::level::level_enum level_of(LogLevel level) noexcept {
        switch (level) {
            case LogLevel::info: return spdlog::level::info;
            case LogLevel::warning: return spdlog::level::warn;
            case LogLevel::error: return spdlog::level::err;
        }
        return spdlog::level::err;
    }

    std::shared_ptr<spdlog::logger> logger_;
};
static_assert(Observer<SpdlogObserver>);

}  // namespace rproc
