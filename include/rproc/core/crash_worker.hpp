// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "rproc/core/crash.hpp"

namespace rproc {

/// How often a processor is started again after crashes, and how long it rests before each time. Linux has no limit and
/// does not rest; that is the default.
struct RestartLimit {
    unsigned most = std::numeric_limits<unsigned>::max();  ///< after as many recoveries the next crash is final
    std::chrono::milliseconds first_rest{0};               ///< before the first recovery; doubled before each later one
    std::chrono::milliseconds longest_rest{0};             ///< at most this; 0: no bound

    /// The rest before the n-th recovery, n from 0.
    [[nodiscard]] std::chrono::milliseconds rest_before(unsigned n) const noexcept {
        auto rest = first_rest;
        const auto bound = longest_rest.count() == 0 ? std::chrono::hours(24) : longest_rest;
        for (unsigned i = 0; i < n && rest < bound; ++i) rest *= 2;
        return std::min<std::chrono::milliseconds>(rest, bound);
    }
};

/// Keeps Linux from going to sleep while a crash is dealt with (the kernel's pm_stay_awake and pm_relax): each function
/// is called once for each crash, first by the thread that reports it. May be empty; must not wait, or call the worker.
struct WakeLock {
    std::function<void()> stay_awake{};
    std::function<void()> relax{};
};

/// Takes reports of crashes from anywhere, and recovers the processor in a thread of its own (the kernel's
/// rproc_report_crash and its work queue).
///
/// Threads: `report_crash` may be called from any thread, also one that holds the processor's lock (an observer, a
/// policy): it never waits for the processor. The destructor ends the thread; reports that were not handled by then are
/// dropped, and one that is being handled is waited for. `Processor` must outlive the worker.
template <class Processor>
class CrashWorker {
  public:
    explicit CrashWorker(Processor& processor, RestartLimit limit = {}, WakeLock wake = {})
        : processor_(processor), limit_(limit), wake_(std::move(wake)), thread_([this] { work(); }) {}

    CrashWorker(const CrashWorker&) = delete;
    CrashWorker& operator=(const CrashWorker&) = delete;

    ~CrashWorker() {
        {
            const std::scoped_lock guard(lock_);
            ending_ = true;
        }
        changed_.notify_all();
        thread_.join();
        if (report_) call(wake_.relax);
    }

    /// The processor has crashed. What comes of it is told to the processor's observer. A report that finds another one
    /// waiting is taken for the same crash, as in Linux.
    void report_crash(CrashType type) {
        {
            const std::scoped_lock guard(lock_);
            if (report_) return;
            report_ = type;
            call(wake_.stay_awake);
        }
        changed_.notify_all();
    }

    /// Waits until every report so far was handled.
    void wait_idle() {
        std::unique_lock guard(lock_);
        changed_.wait(guard, [this] { return !report_ && !busy_; });
    }

    /// How many recoveries it has begun.
    [[nodiscard]] unsigned recoveries() const {
        const std::scoped_lock guard(lock_);
        return recoveries_;
    }

  private:
    static void call(const std::function<void()>& function) {
        if (function) function();
    }

    void work() {
        std::unique_lock guard(lock_);
        for (;;) {
            changed_.wait(guard, [this] { return ending_ || report_; });
            if (ending_) return;
            const CrashType type = *std::exchange(report_, std::nullopt);
            busy_ = true;
            handle(type, guard);
            call(wake_.relax);
            busy_ = false;
            changed_.notify_all();
        }
    }

    /// `guard` is held on entry and exit, and not while the processor is called.
    void handle(CrashType type, std::unique_lock<std::mutex>& guard) {
        guard.unlock();
        const bool recover = processor_.note_crash(type) && processor_.recovery() == RecoveryMode::enabled;
        guard.lock();
        if (!recover) return;
        if (recoveries_ >= limit_.most) {
            guard.unlock();
            processor_.give_up_recovery();
            return guard.lock();
        }
        const auto rest = limit_.rest_before(recoveries_);
        if (rest.count() != 0 && changed_.wait_for(guard, rest, [this] { return ending_; })) return;
        ++recoveries_;
        guard.unlock();
        // The observer gets a failure, as it gets every step; other callers read the state.
        static_cast<void>(processor_.recover());
        guard.lock();
    }

    Processor& processor_;
    RestartLimit limit_;
    WakeLock wake_;
    mutable std::mutex lock_;
    std::condition_variable changed_;
    std::optional<CrashType> report_;  ///< waits to be handled
    bool busy_ = false;
    bool ending_ = false;
    unsigned recoveries_ = 0;
    std::thread thread_;  // last: it uses all the others
};

}  // namespace rproc
