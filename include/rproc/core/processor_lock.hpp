// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>

namespace rproc {

/// The lock of a processor: a std::mutex that knows which thread holds it. A policy, an observer, a driver, a crash
/// handler or a visit that calls back into its own processor gets an exception where std::mutex waits for ever.
///
/// A Lockable for std::scoped_lock and std::unique_lock. Not recursive.
class ProcessorLock {
  public:
    /// Waits until no other thread holds it.
    /// Throws std::system_error (resource_deadlock_would_occur) when this thread holds it: a mistake in the program,
    /// which nothing is meant to catch.
    void lock() {
        if (held_here()) {
            throw std::system_error(std::make_error_code(std::errc::resource_deadlock_would_occur),
                                    "rproc: a visit, policy, observer, driver or crash handler calls back into its own "
                                    "processor, whose lock this thread holds");
        }
        mutex_.lock();
        holder_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    }

    /// @returns false when any thread holds it, this one too.
    [[nodiscard]] bool try_lock() {
        if (held_here() || !mutex_.try_lock()) return false;
        holder_.store(std::this_thread::get_id(), std::memory_order_relaxed);
        return true;
    }

    void unlock() {
        holder_.store(std::thread::id(), std::memory_order_relaxed);
        mutex_.unlock();
    }

  private:
    /// Relaxed is enough: only this thread stores its own id, and it reads its own stores in order.
    [[nodiscard]] bool held_here() const noexcept {
        return holder_.load(std::memory_order_relaxed) == std::this_thread::get_id();
    }

    std::mutex mutex_;
    std::atomic<std::thread::id> holder_{};
};

}  // namespace rproc
