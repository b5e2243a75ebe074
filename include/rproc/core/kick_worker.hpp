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

/// Carries kicks, in both directions, in a thread of its own: whoever says that there is something to do, a mailbox's
/// interrupt above all, never waits for the processor (stm32_rproc's work queue).
///
/// A kick only says "look at this queue", so one that finds another waiting for the same queue and direction is the
/// same one. What waits is carried out in the order in which it came.
///
/// Threads: `kick` and `vq_interrupt` may be called from any thread, also from one that holds the processor's lock (a
/// driver, an observer). The destructor carries out what is under way, and drops the rest. `Processor` must outlive the
/// worker.
template <class Processor>
class KickWorker {
  public:
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

    /// There is something for the firmware in that queue. A platform that fails to say so tells the observer.
    void kick(std::uint32_t notify_id) { add({Direction::out, notify_id}); }

    /// The firmware has something in that queue: its driver is called. An id that no driver has taken is dropped.
    void vq_interrupt(std::uint32_t notify_id) { add({Direction::in, notify_id}); }

    /// Waits until everything so far was carried out.
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
            // Nobody waits for the answer; a failure of the platform is in the log.
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
