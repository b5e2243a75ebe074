// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "rproc/error.hpp"
#include "rproc/step.hpp"
#include "rproc/text_arguments.hpp"

namespace rproc {

enum class State : std::uint8_t;  // rproc/state.hpp

/// Severity of a kernel log line: the function that prints it.
enum class LogLevel {
    info,     ///< dev_info
    warning,  ///< dev_warn
    error,    ///< dev_err
};

/// The device that Linux prints a line for. It determines the prefix in dmesg.
enum class LogSource {
    remoteproc,  ///< "remoteproc remoteproc0: "
    driver,      ///< the platform driver, "stm32-rproc 10000000.m4: "
    virtio,      ///< the virtio device, "rproc-virtio rproc-virtio.1.auto: "
    bus,         ///< the driver core; the line carries its own prefix
};

/// A line that Linux prints at this point, byte for byte, without time stamp and device prefix. It is formatted when
/// `text` is called: a line that no observer reads costs no formatting and no allocation.
///
/// A view: valid only during the call of `on_log`. An observer that keeps the line keeps `text()`.
class LogLine {
  public:
    /// @param text with placeholders, as in `fill`; text and arguments must outlive the line.
    LogLine(LogLevel level, LogSource source, std::string_view text,
            std::span<const TextArgument> arguments = {}) noexcept
        : text_(text), arguments_(arguments), level_(level), source_(source) {}
    /// The kernel line of an error. @param error must outlive the line.
    LogLine(LogLevel level, LogSource source, const Error& error) noexcept
        : error_(&error), level_(level), source_(source) {}

    [[nodiscard]] LogLevel level() const noexcept { return level_; }
    [[nodiscard]] LogSource source() const noexcept { return source_; }
    /// Formats the line.
    [[nodiscard]] std::string text() const;

  private:
    std::string_view text_{};
    std::span<const TextArgument> arguments_{};
    const Error* error_ = nullptr;
    LogLevel level_;
    LogSource source_;
};

/// Receives the events of a remote processor, in order.
///
/// Threads: the thread that runs the operation calls every member, with the processor's lock held. An observer must not
/// call the processor, and must not throw.
template <class O>
concept Observer = requires(O& o, Step step, State state, const Error& error, const LogLine& line) {
    // A step begins. Exactly one on_step_end or on_step_failed of the same step follows.
    o.on_step_begin(step);
    // The step succeeded.
    o.on_step_end(step);
    // The step failed with `error`, which is valid during the call.
    o.on_step_failed(step, error);
    // A problem that does not fail the operation: the firmware boots, but lacks a resource that it asked for.
    o.on_notice(Severity::warning, error);
    // A line of the kernel's log, not formatted yet; see LogLine.
    o.on_log(line);
    // The state changed from the first to the second.
    o.on_state(state, state);
};

/// Ignores every event. An observer that derives from it defines only the members that it needs: they hide these. No
/// member is virtual.
struct NullObserver {
    void on_step_begin(Step /*step*/) {}
    void on_step_end(Step /*step*/) {}
    void on_step_failed(Step /*step*/, const Error& /*error*/) {}
    void on_notice(Severity /*severity*/, const Error& /*error*/) {}
    void on_log(const LogLine& /*line*/) {}
    void on_state(State /*from*/, State /*to*/) {}
};
static_assert(Observer<NullObserver>);

/// Forwards every event to an observer that the caller owns. The target must outlive the processor.
template <Observer O>
class ObserverRef {
  public:
    /// @param target must outlive this object and the processor.
    explicit ObserverRef(O& target) noexcept : target_(&target) {}

    void on_step_begin(Step step) { target_->on_step_begin(step); }
    void on_step_end(Step step) { target_->on_step_end(step); }
    void on_step_failed(Step step, const Error& error) { target_->on_step_failed(step, error); }
    void on_notice(Severity severity, const Error& error) { target_->on_notice(severity, error); }
    void on_log(const LogLine& line) { target_->on_log(line); }
    void on_state(State from, State to) { target_->on_state(from, to); }

  private:
    O* target_;
};

/// Forwards every event to several observers, in the order of the parameters. Owns them.
template <Observer... Os>
class ObserverList {
  public:
    /// @param observers moved into the list.
    explicit ObserverList(Os... observers) : observers_(std::move(observers)...) {}

    void on_step_begin(Step step) {
        each([&](auto& o) { o.on_step_begin(step); });
    }
    void on_step_end(Step step) {
        each([&](auto& o) { o.on_step_end(step); });
    }
    void on_step_failed(Step step, const Error& error) {
        each([&](auto& o) { o.on_step_failed(step, error); });
    }
    void on_notice(Severity severity, const Error& error) {
        each([&](auto& o) { o.on_notice(severity, error); });
    }
    void on_log(const LogLine& line) {
        each([&](auto& o) { o.on_log(line); });
    }
    void on_state(State from, State to) {
        each([&](auto& o) { o.on_state(from, to); });
    }

    /// The observer of index `I`, from 0.
    template <std::size_t I>
    [[nodiscard]] auto& get() noexcept {
        return std::get<I>(observers_);
    }

  private:
    template <class F>
    void each(F f) {
        std::apply([&](auto&... o) { (f(o), ...); }, observers_);
    }

    std::tuple<Os...> observers_;
};

}  // namespace rproc
