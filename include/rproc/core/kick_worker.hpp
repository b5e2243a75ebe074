// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <compare>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

namespace rproc {

/// Delivers kicks in both directions from its own thread, so that the caller, for instance the interrupt handler of a
/// mailbox, never waits for the processor's lock (stm32_rproc's work queue).
///
/// A kick means that a queue has work. A kick that finds another one pending for the same queue and direction is merged
/// with it. Pending kicks are delivered in order.
///
/// Threads: any thread may call `kick` and `vq_interrupt`, including one that holds the processor's lock (a driver, an
/// observer). The destructor finishes the kick in progress, drops the pending ones, and joins the thread.
template <class Processor>
class KickWorker {
  public:
    /// Starts the thread. @param processor must outlive the worker.
    explicit KickWorker(Processor& processor) : processor_(processor), thread_([this] { work(); }) {}

    KickWorker(const KickWorker&) = delete;
    KickWorker& operator=(const KickWorker&) = delete;

    ~KickWorker() {
        {
            const std::scoped_lock guard(lock_);
            ending_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    /// Notifies the firmware that a queue has work. Errors of the platform go to the observer only.
    void kick(std::uint32_t notify_id) { add({Direction::out, notify_id}); }

    /// Calls the interrupt handler of the driver that owns the queue. An id that no driver has taken is dropped.
    void vq_interrupt(std::uint32_t notify_id) { add({Direction::in, notify_id}); }

    /// Blocks until no kick is pending or in progress. Must not be called with the processor's lock held.
    void wait_idle() {
        std::unique_lock guard(lock_);
        changed_.wait(guard, [this] { return waiting_.empty() && !busy_; });
    }

  private:
    enum class Direction : std::uint8_t { in, out };
    struct Kick {
        Direction direction;
        std::uint32_t notify_id;

        friend auto operator<=>(const Kick&, const Kick&) = default;
    };

    void add(Kick kick) {
        {
            const std::scoped_lock guard(lock_);
            if (std::ranges::find(waiting_, kick) != waiting_.end()) return;
            waiting_.push_back(kick);
        }
        changed_.notify_all();
    }

    void work() {
        std::unique_lock guard(lock_);
        for (;;) {
            changed_.wait(guard, [this] { return ending_ || !waiting_.empty(); });
            if (ending_) return;
            const Kick kick = waiting_.front();
            waiting_.pop_front();
            busy_ = true;
            guard.unlock();
            carry_out(kick);
            guard.lock();
            busy_ = false;
            changed_.notify_all();
        }
    }

    void carry_out(Kick kick) {
        if (kick.direction == Direction::in) {
            processor_.virtio().interrupt(kick.notify_id);
        } else {
            // The caller is gone; the log has the error of the platform.
            static_cast<void>(processor_.virtio().kick(kick.notify_id));
        }
    }

    Processor& processor_;
    std::mutex lock_;
    std::condition_variable changed_;
    std::deque<Kick> waiting_;
    bool busy_ = false;
    bool ending_ = false;
    std::thread thread_;  // last: it uses all the others
};

}  // namespace rproc
