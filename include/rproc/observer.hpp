// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

#include "rproc/error.hpp"
#include "rproc/step.hpp"

namespace rproc {

enum class State : std::uint8_t;  // rproc/core/state.hpp

/// Severity of a kernel log line, as `dev_info`, `dev_warn` and `dev_err` have it.
enum class LogLevel { info, warning, error };

/// The device in whose name Linux prints a line; it decides the prefix that dmesg shows.
enum class LogSource {
    remoteproc,  ///< "remoteproc remoteproc0: "
    driver,      ///< the platform driver, "stm32-rproc 10000000.m4: "
    virtio,      ///< the virtio device, "rproc-virtio rproc-virtio.1.auto: "
    bus,         ///< the driver core; the line carries its own prefix
};

/// A line that Linux would print at this point, letter by letter, without time and device prefix. The text is valid
/// only during the call.
struct LogLine {
    LogLevel level;
    LogSource source;
    std::string_view text;
};

/// Watches a remote processor. All members are called by the thread that runs the operation, in order, while the
/// processor's lock is held: an observer must not call back into the processor, and must not throw.
template <class O>
concept Observer = requires(O& o, Step step, State state, const Error& error, const LogLine& line) {
    // A step begins. Every begin is followed by exactly one end or failure of the same step.
    o.on_step_begin(step);
    // The step did its work.
    o.on_step_end(step);
    // The step was refused; `error` is what the operation will return.
    o.on_step_failed(step, error);
    // Something short of a refusal: the firmware boots, but not all that it asked for is there.
    o.on_notice(Severity::warning, error);
    // A line of the kernel's log.
    o.on_log(line);
    // The state changed from the first to the second.
    o.on_state(state, state);
};

/// Hears everything and does nothing. Derive from it to write an observer with only the members of interest
/// (they hide these, nothing is virtual).
struct NullObserver {
    void on_step_begin(Step /*step*/) {}
    void on_step_end(Step /*step*/) {}
    void on_step_failed(Step /*step*/, const Error& /*error*/) {}
    void on_notice(Severity /*severity*/, const Error& /*error*/) {}
    void on_log(const LogLine& /*line*/) {}
    void on_state(State /*from*/, State /*to*/) {}
};
static_assert(Observer<NullObserver>);

/// Passes everything on to an observer that lives elsewhere and must outlive the processor.
template <Observer O>
class ObserverRef {
  public:
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

/// Several observers as one, called in the order given.
template <Observer... Os>
class ObserverList {
  public:
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

    /// The I-th observer.
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
