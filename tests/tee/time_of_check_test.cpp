// SPDX-License-Identifier: BSD-2-Clause
// Another thread rewrites the shared image during the load: after an accepted load the memories hold one whole
// authentic image, and after a refused one they are zero.
#include <array>
#include <atomic>
#include <cstddef>
#include <span>
#include <thread>

#include <gtest/gtest.h>

#include "tee/small_image.hpp"

namespace rproc {
namespace {

using tee::ResultCode;
using test::BareTee;
using test::Bytes;

void store(std::byte& to, std::byte value) { std::atomic_ref(to).store(value, std::memory_order_relaxed); }

void rewrite(std::span<std::byte> shared, const Bytes& contents) {
    for (std::size_t i = 0; i < shared.size(); ++i) store(shared[i], contents[i]);
}

/// Changes single bytes and restores them.
void touch(std::span<std::byte> shared, const Bytes& contents) {
    constexpr std::size_t kStep = 7;
    for (std::size_t i = 0; i < shared.size(); i += kStep) {
        store(shared[i], contents[i] ^ std::byte{0xff});
        store(shared[i], contents[i]);
    }
}

/// Writes the contents in turn, until it is destroyed.
class Rewriter {
  public:
    Rewriter(std::span<std::byte> shared, std::span<const Bytes> contents)
        : thread_([this, shared, contents] { run(shared, contents); }) {}
    Rewriter(const Rewriter&) = delete;
    Rewriter& operator=(const Rewriter&) = delete;
    ~Rewriter() {
        stopping_ = true;
        thread_.join();
    }

  private:
    void run(std::span<std::byte> shared, std::span<const Bytes> contents) {
        while (!stopping_) {
            for (const Bytes& content : contents) {
                rewrite(shared, content);
                std::this_thread::yield();
                touch(shared, content);
                std::this_thread::yield();
            }
        }
    }

    std::atomic<bool> stopping_ = false;
    std::thread thread_;  // last: it uses the others
};

/// Two authentic images, and each of them with its last loaded byte changed after it was signed; all of one size.
class TimeOfCheck : public ::testing::Test {
  protected:
    static constexpr unsigned kFirst = 1;
    static constexpr unsigned kSecond = 60;

    TimeOfCheck() {
        const auto key = test::signing_key("p256");
        contents_[0] = test::small_package(kFirst).sign(key);
        contents_[1] = changed(contents_[0]);
        contents_[2] = test::small_package(kSecond).sign(key);
        contents_[3] = changed(contents_[2]);
    }

    static Bytes changed(Bytes image) {
        constexpr std::size_t kBehindSegments = 368 - (52 + 2 * 32 + 32 + 16);  // bytes of small_elf()
        image[image.size() - kBehindSegments - 1] ^= std::byte{0xff};
        return image;
    }

    void expect_authentic_or_clear(ResultCode result) {
        if (result == ResultCode::success) {
            EXPECT_TRUE(tee_.seen() == test::small_elf_in_memory(kFirst) ||
                        tee_.seen() == test::small_elf_in_memory(kSecond));
        } else {
            EXPECT_TRUE(tee_.tee.is_clear(0)) << name_of(result);
        }
    }

    std::array<Bytes, 4> contents_;
    BareTee tee_{test::trusting("p256"), test::kSmallMemories};
};

TEST_F(TimeOfCheck, ContentsAreAuthenticAndForged) {
    for (std::size_t i = 0; i < contents_.size(); ++i) {
        ASSERT_EQ(contents_[i].size(), contents_[0].size());
        const ResultCode result = tee_.load(contents_[i]);
        EXPECT_EQ(result, i % 2 == 0 ? ResultCode::success : ResultCode::security);
        expect_authentic_or_clear(result);
        static_cast<void>(tee_.release());
    }
}

// The points at which the writer interrupts a load are random; many loads cover many of them.
TEST_F(TimeOfCheck, AcceptedLoadIsOneAuthenticImage) {
    constexpr int kLoads = 3000;
    Bytes shared = contents_[0];
    const Rewriter rewriter(shared, contents_);
    for (int i = 0; i < kLoads && !HasFailure(); ++i) {
        expect_authentic_or_clear(tee_.load(shared));
        static_cast<void>(tee_.release());
    }
}

}  // namespace
}  // namespace rproc
