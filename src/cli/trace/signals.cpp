// SPDX-License-Identifier: BSD-2-Clause
#include "cli/trace/signals.hpp"

#include <poll.h>

#include <ctime>

namespace rproc::cli {
namespace {

volatile sig_atomic_t asked_to_stop = 0;

void ask_to_stop(int /*signal*/) { asked_to_stop = 1; }

}  // namespace

TraceSignals::TraceSignals() {
    asked_to_stop = 0;
    sigset_t held_back{};
    ::sigemptyset(&held_back);
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        ::sigaction(kSignals[i], nullptr, &actions_[i]);
        if (actions_[i].sa_handler == SIG_IGN) continue;  // set by nohup
        struct sigaction action {};
        action.sa_handler = kSignals[i] == SIGPIPE ? SIG_IGN : &ask_to_stop;
        ::sigemptyset(&action.sa_mask);
        ::sigaction(kSignals[i], &action, nullptr);
        if (kSignals[i] != SIGPIPE) ::sigaddset(&held_back, kSignals[i]);
    }
    ::sigprocmask(SIG_BLOCK, &held_back, &mask_);
}

TraceSignals::~TraceSignals() {
    // The mask first: a pending signal must not end the process.
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &actions_[i], nullptr);
}

TraceSignals::Woken TraceSignals::wait(std::chrono::milliseconds time, int output) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(time - seconds);
    const timespec most{static_cast<std::time_t>(seconds.count()), static_cast<long>(rest.count())};
    pollfd reader{output, 0, 0};  // errors and hang-ups are always reported
    // Only ppoll unblocks the signals, so none is lost between the test of the flag and the sleep.
    const int ready = ::ppoll(&reader, 1, &most, &mask_);
    if (asked_to_stop != 0) return Woken::asked_to_stop;
    return ready > 0 ? Woken::reader_left : Woken::time_is_up;
}

}  // namespace rproc::cli
