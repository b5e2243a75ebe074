// SPDX-License-Identifier: BSD-2-Clause
// Two threads follow a trace while a CrashWorker recovers, and another thread plays the firmware that writes it. With
// ThreadSanitizer (the preset sanitize-thread) this finds a follower that reads what a recovery frees.
#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/crash_worker.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/debug/trace.hpp"
#include "rproc/resource/table_builder.hpp"
#include "rproc/testing/faulty_backend.hpp"

namespace rproc {
namespace {

using test::outcome;

constexpr DeviceAddress kLogAt{0x20000000};
constexpr std::size_t kLogSize = 256;

/// A core that writes its log for as long as it is not held in reset: each run writes one letter, the next run the
/// next.
class Core {
  public:
    Core() : thread_([this] { work(); }) {}
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;
    ~Core() {
        {
            const std::scoped_lock guard(lock_);
            ending_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    /// Returns once the core has written the first byte.
    void start(std::span<std::byte> log) {
        std::unique_lock guard(lock_);
        log_ = log;
        next_ = 0;
        letter_ = letter_ == 'z' ? 'a' : static_cast<char>(letter_ + 1);
        changed_.notify_all();
        changed_.wait(guard, [this] { return next_ != 0; });
    }
    void stop() {
        const std::scoped_lock guard(lock_);
        log_ = {};
    }

  private:
    void work() {
        std::unique_lock guard(lock_);
        for (;;) {
            changed_.wait(guard, [this] { return ending_ || !log_.empty(); });
            if (ending_) return;
            std::atomic_ref(log_[next_++ % log_.size()])
                .store(static_cast<std::byte>(letter_), std::memory_order_relaxed);
            changed_.notify_all();
            // Full: the text stays, for a writer that goes on for ever tells a reader nothing new.
            if (next_ == log_.size()) changed_.wait(guard, [this] { return ending_ || next_ == 0 || log_.empty(); });
            guard.unlock();
            std::this_thread::yield();
            guard.lock();
        }
    }

    std::mutex lock_;
    std::condition_variable changed_;
    std::span<std::byte> log_;
    std::size_t next_ = 0;
    char letter_ = 'z';
    bool ending_ = false;
    std::thread thread_;  // last: it uses all the others
};

struct LogBackend {
    Core* core;

    [[nodiscard]] static std::span<std::byte> log(Context& ctx) { return ctx.carveouts().da_to_va(kLogAt, kLogSize); }

    Result<std::vector<std::byte>> parse_fw(Context& /*ctx*/, const Firmware& /*firmware*/) {
        return ResourceTableBuilder{}.trace("log", static_cast<std::uint32_t>(kLogAt.value()), kLogSize).build();
    }
    Result<void> load(Context& ctx, const Firmware& /*firmware*/) {
        std::ranges::fill(log(ctx), std::byte{0});
        return {};
    }
    Result<void> start(Context& ctx) {
        core->start(log(ctx));
        return {};
    }
    Result<void> stop(Context& /*ctx*/) {
        core->stop();
        return {};
    }
};

/// Its log lies in memory that is allocated at a boot, and freed when the processor is off.
struct LogPlatform {
    using Memory = ModelMemory;

    ModelMemory model{};

    [[nodiscard]] std::string_view name() const { return "m4"; }
    ModelMemory& memory() { return model; }
    Result<void> prepare(Context& ctx) {
        RPROC_TRY(ctx.carveouts().add(Carveout::allocated("log", kLogAt, kLogSize)));
        return {};
    }
};

using Processor = RemoteProcessor<testing::FaultyBackend<LogBackend>, LogPlatform>;

/// Follows in a thread of its own until its end, and holds every look against what a run can have written.
class Follower {
  public:
    explicit Follower(const Processor& processor) : processor_(processor), thread_([this] { work(); }) {}
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;
    ~Follower() {
        ending_ = true;
        thread_.join();
    }

    /// Of how many runs it has read text.
    [[nodiscard]] unsigned runs() {
        const std::scoped_lock guard(lock_);
        return runs_;
    }
    void wait_for_runs(unsigned runs) {
        std::unique_lock guard(lock_);
        changed_.wait(guard, [&] { return runs_ >= runs; });
    }
    void wait_for_ends(unsigned ends) {
        std::unique_lock guard(lock_);
        changed_.wait(guard, [&] { return ends_ >= ends; });
    }
    /// What it saw that cannot be; empty when all was well.
    [[nodiscard]] std::string wrong() {
        const std::scoped_lock guard(lock_);
        return wrong_;
    }

  private:
    void work() {
        TraceFollower follower;
        while (!ending_) {
            const auto news = follower.poll(processor_);
            {
                const std::scoped_lock guard(lock_);
                if (news) {
                    take(*news);
                } else {
                    end(news.error());
                }
            }
            changed_.notify_all();
            std::this_thread::yield();
        }
    }

    void take(const TraceNews& news) {
        off_ = false;
        if (news.restarted || letter_ == 0) {
            if (news.text.empty()) return complain("a run without text");
            letter_ = news.text.front();
            ++runs_;
        }
        if (news.text.find_first_not_of(letter_) != std::string::npos) complain("text of another run: " + news.text);
    }
    void end(const Error& error) {
        if (error.code() != ErrorCode::state_invalid) complain(error.message());
        if (!std::exchange(off_, true)) ++ends_;
    }
    void complain(const std::string& what) {
        if (wrong_.empty()) wrong_ = what;
    }

    const Processor& processor_;
    std::mutex lock_;
    std::condition_variable changed_;
    unsigned runs_ = 0;  ///< that it has read text of
    unsigned ends_ = 0;  ///< how often the processor was found off, after it was up or at first
    bool off_ = false;
    char letter_ = 0;
    std::string wrong_;
    std::atomic<bool> ending_ = false;
    std::thread thread_;  // last: it uses all the others
};

struct Scene {
    Core core;
    testing::Faults faults;
    Processor m4{testing::FaultyBackend(LogBackend{&core}, faults), LogPlatform{}};
};

TEST(TraceFollow, GoesOnThroughRecoveriesAndEndsWithThoseThatFail) {
    constexpr unsigned kRounds = 120;
    Scene scene;
    Processor& m4 = scene.m4;
    ASSERT_EQ(outcome(m4.set_firmware(test::some_firmware())), "ok");
    ASSERT_EQ(outcome(m4.boot()), "ok");
    CrashWorker crashes(m4);
    std::array followers{std::make_unique<Follower>(m4), std::make_unique<Follower>(m4)};
    unsigned runs = 1;
    unsigned ends = 0;

    for (unsigned round = 0; round < kRounds; ++round) {
        for (const auto& follower : followers) follower->wait_for_runs(runs);
        const unsigned kind = round % 4;
        if (kind == 1) scene.faults.arm_at("backend.load", 0);
        if (kind == 2) scene.faults.arm_at("backend.stop", 0);
        if (kind == 3) scene.faults.arm_at("backend.start", 0);
        crashes.report_crash(CrashType::watchdog);
        crashes.wait_idle();
        scene.faults.disarm();
        if (kind == 2) {
            ASSERT_EQ(m4.state(), State::crashed) << "it could not be stopped";
            ASSERT_EQ(outcome(m4.recover()), "ok");
        }
        if (kind == 1 || kind == 3) {
            ASSERT_EQ(m4.state(), State::offline);
            ++ends;
            for (const auto& follower : followers) follower->wait_for_ends(ends);
            ASSERT_EQ(outcome(m4.boot()), "ok");
        }
        ASSERT_EQ(m4.state(), State::running);
        ++runs;
    }
    for (const auto& follower : followers) {
        follower->wait_for_runs(runs);
        EXPECT_EQ(follower->wrong(), "");
        EXPECT_EQ(follower->runs(), runs);
    }
}

TEST(Visit, OfAProcessorThatIsCalledBackIsRefusedAndNotADeadlock) {
    Scene scene;
    const auto call_back = [&](const ProcessorView& now) { return now.state == scene.m4.state(); };
    EXPECT_THROW(static_cast<void>(scene.m4.visit(call_back)), std::system_error);
    EXPECT_EQ(scene.m4.visit([&](const ProcessorView&) { return scene.m4.panic().count(); }), 0);
    EXPECT_EQ(scene.m4.state(), State::offline) << "the lock is free again";
}

}  // namespace
}  // namespace rproc
