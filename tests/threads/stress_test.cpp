// SPDX-License-Identifier: BSD-2-Clause
// Eight threads do everything at once to processors that share a registry: whatever their order, the books balance.
// With ThreadSanitizer (the preset sanitize-thread) this also finds data races and inverted lock orders.
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/crash_worker.hpp"
#include "rproc/core/kick_worker.hpp"
#include "rproc/core/registry.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/core/resource_tables.hpp"
#include "rproc/resource/table_builder.hpp"

namespace rproc {
namespace {

/// Counts what must balance. Plain numbers on purpose: the processor's lock is all that guards them. The policies share
/// it, so that it lives as long as the processor.
struct Books {
    const std::vector<std::byte> table = ResourceTableBuilder{}.trace("log", 0x100, 16).vdev(7, 1, {{}, {}}).build();
    long logged = 0;
    long started = 0;
    long stopped = 0;
    long attached = 0;
    long detached = 0;
    long prepared = 0;
    long unprepared = 0;
    long kicked = 0;
    long probed = 0;
    long removed = 0;
    long interrupted = 0;
};

struct StressBackend {
    std::shared_ptr<Books> books;

    Result<std::vector<std::byte>> parse_fw(Context& /*ctx*/, const Firmware& /*firmware*/) { return books->table; }
    Result<void> load(Context& /*ctx*/, const Firmware& /*firmware*/) { return {}; }
    Result<void> start(Context& /*ctx*/) {
        ++books->started;
        return {};
    }
    Result<void> stop(Context& /*ctx*/) {
        ++books->stopped;
        return {};
    }
};

struct StressPlatform {
    using Memory = ModelMemory;

    std::shared_ptr<Books> books;
    std::string own_name;
    ModelMemory model{};

    [[nodiscard]] std::string_view name() const { return own_name; }
    ModelMemory& memory() { return model; }
    State initial_state() { return State::detached; }
    Result<void> prepare(Context& ctx) {
        ++books->prepared;
        RPROC_TRY(
            ctx.carveouts().add(Carveout::region("retram", DeviceAddress(0), PhysicalAddress(0x38000000), 0x1000)));
        return {};
    }
    void unprepare(Context& /*ctx*/) { ++books->unprepared; }
    Result<void> kick(Context& /*ctx*/, std::uint32_t /*notify_id*/) {
        ++books->kicked;
        return {};
    }
    Result<LoadedTable> attached_table(Context& ctx) {
        RPROC_TRY_ASSIGN(auto loaded,
                         map_table(ctx, model, *PhysicalRange::make(PhysicalAddress(0x38000000), books->table.size())));
        std::ranges::copy(books->table, loaded.bytes.begin());
        return loaded;
    }
    Result<void> attach(Context& /*ctx*/) {
        ++books->attached;
        return {};
    }
    Result<void> detach(Context& /*ctx*/) {
        ++books->detached;
        return {};
    }
    Result<Sleep> suspend(Context& /*ctx*/) { return Sleep::suspended; }
    Result<void> resume(Context& /*ctx*/) { return {}; }
    std::chrono::milliseconds panic(Context& /*ctx*/) { return std::chrono::milliseconds(0); }
};

/// Counts the bytes of the log; guarded by the processor's lock like everything else.
struct CountingObserver : NullObserver {
    std::shared_ptr<Books> books;
    void on_log(const LogLine& line) { books->logged += static_cast<long>(line.text().size()); }
};

using Processor = RemoteProcessor<StressBackend, StressPlatform, Mainline, CountingObserver>;

/// A processor with a driver, workers for its crashes and kicks, and its books.
class Board {
  public:
    explicit Board(std::string name) {
        CountingObserver observer;
        observer.books = books_;
        processor_ =
            std::make_shared<Processor>(StressBackend{books_}, StressPlatform{books_, std::move(name)}, observer);
        processor_->virtio().add_driver(driver("rpmsg"));
        crashes_ = std::make_unique<CrashWorker<Processor>>(*processor_);
        kicks_ = std::make_unique<KickWorker<Processor>>(*processor_);
    }

    [[nodiscard]] std::shared_ptr<Processor> processor() const { return processor_; }
    [[nodiscard]] CrashWorker<Processor>& crashes() { return *crashes_; }
    [[nodiscard]] KickWorker<Processor>& kicks() { return *kicks_; }

    [[nodiscard]] VirtioDriver driver(std::string name) {
        return {.name = std::move(name),
                .id = 7,
                .features = 1,
                .probe = [this](VirtioDevice& device) -> Result<void> {
                    ++books_->probed;
                    for (std::uint32_t i = 0; i < 2; ++i) {
                        RPROC_TRY(device.find_vq(i, [this, i](VirtioDevice& interrupted) {
                            ++books_->interrupted;
                            static_cast<void>(interrupted.kick(i));
                            kicks().kick(i);
                        }));
                    }
                    return {};
                },
                .remove = [this](VirtioDevice&) { ++books_->removed; }};
    }

    /// After everything was stopped. @returns how often it was started and attached.
    long close() {
        crashes_->wait_idle();
        kicks_->wait_idle();
        crashes_.reset();
        kicks_.reset();
        processor_->remove();
        EXPECT_EQ(processor_->state(), State::deleted);
        EXPECT_EQ(books_->started + books_->attached, books_->stopped + books_->detached);
        EXPECT_EQ(books_->prepared, books_->unprepared);
        EXPECT_EQ(books_->probed, books_->removed);
        EXPECT_EQ(processor_->platform().memory().mapped(), 0U);
        return books_->started + books_->attached;
    }

    /// Once no other thread holds the processor: its deletion is logged, too.
    [[nodiscard]] long logged() const { return books_->logged; }

  private:
    std::shared_ptr<Books> books_ = std::make_shared<Books>();
    std::shared_ptr<Processor> processor_;
    std::unique_ptr<CrashWorker<Processor>> crashes_;
    std::unique_ptr<KickWorker<Processor>> kicks_;
};

/// How long to go on: a number of rounds, or the seconds that RPROC_STRESS_SECONDS says.
class Limit {
  public:
    Limit() {
        // Read before any thread is started.
        if (const char* const seconds = std::getenv("RPROC_STRESS_SECONDS"); seconds != nullptr)  // NOLINT
            end_ = std::chrono::steady_clock::now() + std::chrono::seconds(std::strtol(seconds, nullptr, 10));
    }
    [[nodiscard]] bool reached(int round) const {
        return end_ ? std::chrono::steady_clock::now() >= *end_ : round >= kRounds;
    }

  private:
    static constexpr int kRounds = 400;
    std::optional<std::chrono::steady_clock::time_point> end_;
};

TEST(Stress, EightThreadsDoEverythingAtOnce) {
    std::array boards{std::make_unique<Board>("m4"), std::make_unique<Board>("dsp")};
    ProcessorRegistry registry;
    for (std::uint32_t i = 0; i < boards.size(); ++i)
        ASSERT_TRUE(registry.add(boards[i]->processor(), i + 1).has_value());

    std::atomic<long> operations{0};
    const auto firmware = [](const std::string& name) { return FirmwareSource(Firmware(name, {std::byte{1}})); };
    using Job = std::function<void(Board&, AnyProcessor&)>;
    const std::array<Job, 8> jobs{
        [](Board& board, AnyProcessor& any) {
            static_cast<void>(any.boot());
            static_cast<void>(board.processor()->state());
            static_cast<void>(any.shutdown());
        },
        [](Board& board, AnyProcessor& any) {
            static_cast<void>(any.boot());
            static_cast<void>(board.processor()->detach());
        },
        [](Board& board, AnyProcessor& /*any*/) {
            board.crashes().report_crash(CrashType::watchdog);
            static_cast<void>(board.processor()->crash_count());
        },
        [](Board& board, AnyProcessor& any) {
            board.kicks().vq_interrupt(0);
            board.kicks().kick(1);
            static_cast<void>(any.boot());
            static_cast<void>(board.processor()->virtio().kick(0));
        },
        [&](Board& board, AnyProcessor& any) {
            static_cast<void>(any.set_firmware(firmware("app.elf")));
            board.processor()->set_recovery(RecoveryMode::enabled);
            static_cast<void>(board.processor()->recover());
        },
        [](Board& /*board*/, AnyProcessor& any) {
            static_cast<void>(any.suspend());
            static_cast<void>(any.resume());
        },
        [&](Board& board, AnyProcessor& any) {
            registry.panic();
            static_cast<void>(registry.find(any.name()));
            board.processor()->virtio().with_device(0, [](VirtioDevice& device) {
                static_cast<void>(device.status());
                static_cast<void>(device.accepted_features());
            });
        },
        [&](Board& board, AnyProcessor& any) {
            board.processor()->virtio().remove_driver("rpmsg");
            board.processor()->virtio().add_driver(board.driver("rpmsg"));
            static_cast<void>(any.shutdown());
        },
    };

    const Limit limit;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < jobs.size(); ++t) {
        threads.emplace_back([&, t] {
            for (int round = 0; !limit.reached(round); ++round) {
                const std::size_t n = (t + static_cast<std::size_t>(round)) % boards.size();
                const auto any = registry.get_by_phandle(static_cast<std::uint32_t>(n) + 1);
                ASSERT_TRUE(any.has_value());
                // In turn, so that every pair of jobs meets on every board.
                jobs[(t + static_cast<std::size_t>(round) / 2) % jobs.size()](*boards[n], **any);
                operations.fetch_add(1, std::memory_order_relaxed);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();

    long starts = 0;
    for (const auto& board : boards) {
        starts += board->close();
        EXPECT_GT(board->logged(), 0);
    }
    std::cout << operations << " jobs by " << threads.size() << " threads, " << starts << " starts\n";
    EXPECT_GT(starts, 0);  // how many depends on the scheduler
}

// A thread comes and goes with its processor, again and again: no thread finds one that is only half registered.
TEST(Stress, ProcessorsComeAndGoWhileOthersLookForThem) {
    ProcessorRegistry registry;
    std::atomic<bool> done = false;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            while (!done) {
                for (const auto& any : registry.all()) {
                    static_cast<void>(any->boot());
                    static_cast<void>(any->state());
                    static_cast<void>(any->shutdown());
                }
                const auto any = registry.find("m4");
                if (any) static_cast<void>((*any)->boot());
            }
        });
    }
    const Limit limit;
    for (int round = 0; !limit.reached(round); ++round) {
        Board board("m4");
        ASSERT_TRUE(registry.add(board.processor(), 1).has_value());
        static_cast<void>(registry.get_by_phandle(1).value()->boot());
        ASSERT_TRUE(registry.remove("m4").has_value());
        EXPECT_EQ(board.processor()->state(), State::deleted);
        board.close();
    }
    done = true;
    for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace rproc
