// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/processor_lock.hpp"

#include <future>
#include <mutex>
#include <system_error>

#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(ProcessorLock, SecondLockOfTheSameThreadThrows) {
    ProcessorLock lock;
    const std::scoped_lock held(lock);
    try {
        lock.lock();
        FAIL() << "the lock is not recursive";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::resource_deadlock_would_occur);
    }
    EXPECT_FALSE(lock.try_lock());
}

TEST(ProcessorLock, OtherThreadTakesItOnceItIsFree) {
    ProcessorLock lock;
    lock.lock();
    EXPECT_FALSE(std::async(std::launch::async, [&] { return lock.try_lock(); }).get());
    auto waits = std::async(std::launch::async, [&] { const std::scoped_lock held(lock); });
    lock.unlock();
    EXPECT_NO_THROW(waits.get());
    EXPECT_TRUE(lock.try_lock()) << "the holder is forgotten with the unlock";
    lock.unlock();
}

}  // namespace
}  // namespace rproc
