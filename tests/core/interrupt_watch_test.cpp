// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/interrupt_watch.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

namespace rproc {
namespace {

using namespace std::chrono_literals;

/// Stands for a CrashWorker.
class Reports {
  public:
    void report_crash(CrashType type) {
        {
            const std::scoped_lock guard(lock_);
            types_.push_back(type);
        }
        changed_.notify_all();
    }
    std::vector<CrashType> wait_for(std::size_t count) {
        std::unique_lock guard(lock_);
        changed_.wait(guard, [&] { return types_.size() >= count; });
        return types_;
    }

  private:
    std::mutex lock_;
    std::condition_variable changed_;
    std::vector<CrashType> types_;
};

/// A UIO device that was unplugged.
struct GoneInterrupt {
    static Result<bool> wait(std::chrono::milliseconds /*time*/) { return fail(ErrorCode::devmem_failed, {}); }
};

TEST(RaisedInterrupt, IsTakenOnce) {
    RaisedInterrupt interrupt;
    interrupt.raise();
    interrupt.raise();
    EXPECT_TRUE(*interrupt.wait(0ms));
    EXPECT_FALSE(*interrupt.wait(0ms));
}

TEST(InterruptWatch, ReportsAWatchdogCrashForEachInterrupt) {
    Reports reports;
    RaisedInterrupt interrupt;
    const InterruptWatch watch(interrupt, reports);
    interrupt.raise();
    EXPECT_EQ(reports.wait_for(1), std::vector{CrashType::watchdog});
    interrupt.raise();
    EXPECT_EQ(reports.wait_for(2).size(), 2U);
    EXPECT_FALSE(watch.failure());
}

TEST(InterruptWatch, KeepsTheErrorThatEndsItsSource) {
    Reports reports;
    const InterruptWatch watch(GoneInterrupt{}, reports);
    while (!watch.failure()) std::this_thread::yield();
    EXPECT_EQ(watch.failure()->code(), ErrorCode::devmem_failed);
}

}  // namespace
}  // namespace rproc
