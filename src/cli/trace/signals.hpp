// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <signal.h>

#include <array>
#include <chrono>
#include <cstddef>

namespace rproc::cli {

/// Makes `wait` return on the signals that end a command, so that the processor is stopped first.
///
/// From construction to destruction SIGINT, SIGTERM and SIGHUP (those of them that are not ignored) are blocked
/// except in `wait`, and SIGPIPE is ignored: after the reader closed the output, a write fails with EPIPE. One at a
/// time; for a process with one thread.
class TraceSignals {
  public:
    TraceSignals();
    TraceSignals(const TraceSignals&) = delete;
    TraceSignals& operator=(const TraceSignals&) = delete;
    ~TraceSignals();

    enum class Woken {
        time_is_up,
        asked_to_stop,  ///< by one of the signals, now or since construction
        reader_left,    ///< the reader of `output` has closed it
    };
    /// Sleeps until one of these occurs.
    /// @param output the file descriptor that is written to.
    [[nodiscard]] Woken wait(std::chrono::milliseconds time, int output);

  private:
    static constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP, SIGPIPE};

    sigset_t mask_{};                                          ///< before construction
    std::array<struct sigaction, kSignals.size()> actions_{};  ///< likewise
};

}  // namespace rproc::cli
