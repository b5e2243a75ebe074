// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "rproc/core/crash.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// A source of interrupts: devmem::UioInterrupt on a board, RaisedInterrupt in a test.
template <class S>
concept InterruptSource = requires(S& source, std::chrono::milliseconds time) {
    // Waits for the interrupt, at most `time`: whether it came, or the error that ends the source.
    { source.wait(time) } -> std::same_as<Result<bool>>;
};

/// An interrupt that a program raises. A handle: copies are the same interrupt. Threads: any.
class RaisedInterrupt {
  public:
    RaisedInterrupt() : state_(std::make_shared<State>()) {}

    /// Raises the interrupt. One that is still pending stays one.
    void raise() {
        {
            const std::scoped_lock guard(state_->lock);
            state_->pending = true;
        }
        state_->raised.notify_all();
    }

    /// As InterruptSource; takes the pending interrupt. Never an error.
    [[nodiscard]] Result<bool> wait(std::chrono::milliseconds time) {
        std::unique_lock guard(state_->lock);
        state_->raised.wait_for(guard, time, [this] { return state_->pending; });
        return std::exchange(state_->pending, false);
    }

  private:
    struct State {
        std::mutex lock;
        std::condition_variable raised;
        bool pending = false;
    };
    std::shared_ptr<State> state_;
};

/// Reports a crash each time the watchdog of a processor interrupts (the kernel's stm32_rproc_wdg), in a thread of its
/// own: the `interrupts` of the node, behind a source of interrupts.
///
/// Threads: the reports come from the watch's thread; CrashWorker takes them without waiting. The destructor ends the
/// thread, after one round of `wait` at most.
template <InterruptSource S>
class InterruptWatch {
  public:
    /// How long one call of the source waits.
    static constexpr std::chrono::milliseconds kRound{100};

    /// @param worker a CrashWorker, or what has its `report_crash`; must outlive the watch.
    template <class Worker>
    InterruptWatch(S source, Worker& worker)
        : source_(std::move(source)),
          thread_([this, &worker] { watch([&worker] { worker.report_crash(CrashType::watchdog); }); }) {}
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;
    ~InterruptWatch() {
        ending_ = true;
        thread_.join();
    }

    /// The error with which the source ended, after which no interrupt is reported; nothing while it works.
    [[nodiscard]] std::optional<Error> failure() const {
        const std::scoped_lock guard(lock_);
        return failure_;
    }

  private:
    template <class Report>
    void watch(Report report) {
        while (!ending_) {
            auto came = source_.wait(kRound);
            if (!came) {
                const std::scoped_lock guard(lock_);
                failure_ = std::move(came).error();
                return;
            }
            if (*came) report();
        }
    }

    S source_;
    std::atomic<bool> ending_ = false;
    mutable std::mutex lock_;
    std::optional<Error> failure_;
    std::thread thread_;  // last: it uses all the others
};

}  // namespace rproc
