// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/debug/trace.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/memory/model_memory.hpp"

namespace rproc {
namespace {

using namespace std::string_literals;
using test::outcome;
using ::testing::StartsWith;

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

/// How a firmware writes its log.
enum class Writer {
    plain,        ///< on, and at the end of the buffer from its start
    reserving,    ///< likewise, but never the last byte (Zephyr's RAM console)
    terminating,  ///< never the last byte, and a zero byte behind the newest one (STM32Cube's log_buff)
};

/// A buffer that a firmware writes, and the follower that looks at it.
class Log {
  public:
    explicit Log(Writer writer, std::size_t size = 64) : writer_(writer), buffer_(size) {}

    void write(std::string_view text) {
        const std::size_t usable = buffer_.size() - (writer_ == Writer::plain ? 0 : 1);
        for (const char c : text) {
            if (next_ >= usable) next_ = 0;
            buffer_[next_++] = static_cast<std::byte>(c);
            if (writer_ == Writer::terminating) buffer_[next_] = std::byte{0};
        }
    }
    /// What a start-up code that clears its memory does.
    void restart() {
        std::ranges::fill(buffer_, std::byte{0});
        next_ = 0;
    }
    /// A start-up code that leaves the memory as it is.
    void restart_without_clearing() { next_ = 0; }

    TraceNews look() { return ring_.update(buffer_); }
    std::string text() { return look().text; }

  private:
    Writer writer_;
    std::vector<std::byte> buffer_;
    std::size_t next_ = 0;
    TraceRing ring_;
};

constexpr Writer kWriters[] = {Writer::plain, Writer::reserving, Writer::terminating};

class TraceRingTest : public ::testing::TestWithParam<Writer> {
  protected:
    Log log{GetParam()};
};

TEST_P(TraceRingTest, GivesWhatIsNew) {
    EXPECT_EQ(log.text(), "");
    log.write("one\n");
    EXPECT_EQ(log.text(), "one\n");
    EXPECT_EQ(log.text(), "");
    log.write("two\n");
    log.write("three\n");
    const TraceNews news = log.look();
    EXPECT_EQ(news.text, "two\nthree\n");
    EXPECT_FALSE(news.may_be_missing);
    EXPECT_FALSE(news.restarted);
}

TEST_P(TraceRingTest, TheFirstLookGivesWhatIsThere) {
    log.write("one\n");
    const TraceNews news = log.look();
    EXPECT_EQ(news.text, "one\n");
    EXPECT_FALSE(news.may_be_missing);
    log.write("two\n");
    EXPECT_EQ(log.text(), "two\n");
}

TEST_P(TraceRingTest, FollowsRoundTheEnd) {
    log.write(std::string(60, 'a'));
    EXPECT_EQ(log.text(), std::string(60, 'a'));
    log.write("0123456789");
    const TraceNews news = log.look();
    EXPECT_EQ(news.text, "0123456789");
    EXPECT_FALSE(news.may_be_missing);
    log.write("bcd");
    EXPECT_EQ(log.text(), "bcd");
}

TEST_P(TraceRingTest, GivesEveryByteOnceAndInOrder) {
    // Few letters, so that new text is often equal to what it overwrites.
    std::mt19937 random(20260101);
    std::string written;
    std::string followed;
    static_cast<void>(log.look());
    for (int i = 0; i < 3000; ++i) {
        std::string text(random() % 40, '\0');
        for (char& c : text) c = static_cast<char>('a' + random() % 3);
        log.write(text);
        written += text;
        const TraceNews news = log.look();
        EXPECT_FALSE(news.may_be_missing) << "at byte " << written.size();
        EXPECT_FALSE(news.restarted) << "at byte " << written.size();
        followed += news.text;
        ASSERT_EQ(followed, written.substr(0, followed.size()));
    }
    log.write("#");
    followed += log.text();
    EXPECT_EQ(followed, written + "#");
}

TEST_P(TraceRingTest, AWholeRoundBetweenTwoLooksIsSaidToBeIncomplete) {
    log.write("beginning");
    static_cast<void>(log.look());
    std::string text;
    for (char c = '!'; c < '!' + 90; ++c) text += c;
    log.write(text);
    const TraceNews news = log.look();
    EXPECT_TRUE(news.may_be_missing);
    EXPECT_FALSE(news.restarted);
    EXPECT_GE(news.text.size(), 62U);
    EXPECT_LE(news.text.size(), 64U);
    EXPECT_EQ(log.text(), "") << "nothing is given twice";

    std::string later;
    for (const auto* const line : {"later\n", "and then\n", "the end\n"}) {
        log.write(line);
        later += log.text();
    }
    EXPECT_EQ(later, "later\nand then\nthe end\n") << "it has found the writer again";
}

TEST_P(TraceRingTest, ManyRoundsBetweenLooksNeverGiveMoreThanABuffer) {
    std::mt19937 random(7);
    for (int i = 0; i < 1000; ++i) {
        std::string text(random() % 300, '\0');
        for (char& c : text) c = static_cast<char>('a' + random() % 26);
        log.write(text);
        EXPECT_LE(log.text().size(), 64U);
        EXPECT_EQ(log.text(), "");
    }
}

TEST_P(TraceRingTest, JoinsALogThatHasGoneRoundAlready) {
    log.write(std::string(40, 'a') + std::string(40, 'b'));
    const TraceNews first = log.look();
    EXPECT_TRUE(first.may_be_missing) << "the a's that were overwritten";
    log.write("hello\n");
    EXPECT_EQ(log.text(), "hello\n");
    log.write("world\n");
    const TraceNews news = log.look();
    EXPECT_EQ(news.text, "world\n");
    EXPECT_FALSE(news.may_be_missing);
}

TEST_P(TraceRingTest, JoinsALogThatPassesTheEndNext) {
    log.write(std::string(124, 'a'));
    static_cast<void>(log.look());
    log.write("0123456789");
    EXPECT_EQ(log.text(), "0123456789");
}

TEST_P(TraceRingTest, AClearedBufferIsARestart) {
    log.write("a longer text before\n");
    static_cast<void>(log.look());
    log.restart();
    const TraceNews cleared = log.look();
    EXPECT_TRUE(cleared.restarted);
    EXPECT_EQ(cleared.text, "");
    log.write("again\n");
    const TraceNews news = log.look();
    EXPECT_EQ(news.text, "again\n");
    EXPECT_FALSE(news.restarted);
}

TEST_P(TraceRingTest, ARestartThatHasWrittenAlreadyGivesItsText) {
    for (const auto& before : {"boot 1\n"s, "boot 1\nand so on\n"s, std::string(100, 'a')}) {
        for (const auto* const after : {"Boot 2\n", "Boot 2: ready, and more to say\n"}) {
            Log other(GetParam());
            other.write(before);
            static_cast<void>(other.look());
            other.restart();
            other.write(after);
            TraceNews news = other.look();
            EXPECT_TRUE(news.restarted) << before << after;
            other.write("next\n");
            news.text += other.text();
            EXPECT_EQ(news.text, after + "next\n"s) << before;
        }
    }
}

TEST_P(TraceRingTest, ARestartWithTheSameBannerGivesItAgain) {
    log.write("banner\nworking\n");
    static_cast<void>(log.look());
    log.restart();
    log.write("banner\n");
    const TraceNews news = log.look();
    EXPECT_TRUE(news.restarted);
    EXPECT_EQ(news.text, "banner\n");
}

TEST_P(TraceRingTest, ARestartOverTheOldTextGivesTheNew) {
    log.write("the text of the first life\n");
    static_cast<void>(log.look());
    log.restart_without_clearing();
    log.write("SECOND");
    const TraceNews news = log.look();
    EXPECT_TRUE(news.restarted);
    EXPECT_EQ(news.text, "SECOND");
    log.write(" LIFE");
    EXPECT_EQ(log.text(), " LIFE");
}

TEST_P(TraceRingTest, BinaryBytesAreText) {
    log.write("\x80\xff\x01\x1b[31m");
    EXPECT_EQ(log.text(), "\x80\xff\x01\x1b[31m");
    log.write("\xfe");
    EXPECT_EQ(log.text(), "\xfe");
}

TEST_P(TraceRingTest, AZeroByteIsNoText) {
    log.write("ab");
    static_cast<void>(log.look());
    log.write("c\0d"s);
    EXPECT_EQ(log.text(), "cd");
}

INSTANTIATE_TEST_SUITE_P(Writers, TraceRingTest, ::testing::ValuesIn(kWriters), [](const auto& tested) -> std::string {
    return tested.param == Writer::plain ? "Plain" : tested.param == Writer::reserving ? "Reserving" : "Terminating";
});

TEST(TraceRing, WithAZeroBehindTheNewestByteAWholeRoundIsInOrder) {
    Log log(Writer::terminating, 16);
    log.write("12345");
    static_cast<void>(log.look());
    log.write("abcdefghijklmnopqrst");
    const TraceNews news = log.look();
    EXPECT_EQ(news.text, "ghijklmnopqrst");
    EXPECT_TRUE(news.may_be_missing);
    log.write("u");
    EXPECT_EQ(log.text(), "u");
}

TEST(TraceRing, AWholeRoundMayLookLikeLess) {
    Log log(Writer::plain, 64);
    log.write("0123456789");
    static_cast<void>(log.look());
    log.write(std::string(58, 'a') + "456789" + "over");  // a round, and six bytes as they were
    EXPECT_TRUE(log.look().may_be_missing);
}

TEST(TraceRing, ABufferOfAnotherSizeBeginsAnew) {
    TraceRing ring;
    EXPECT_EQ(ring.update(bytes_of("ab\0\0"s)).text, "ab");
    EXPECT_EQ(ring.update(bytes_of("abc\0\0\0"s)).text, "abc");
}

TEST(TraceRing, TheSmallestBuffers) {
    TraceRing none;
    EXPECT_EQ(none.update({}).text, "");
    EXPECT_EQ(none.update({}).text, "");
    for (std::size_t size = 1; size < 4; ++size) {
        TraceRing ring;
        EXPECT_EQ(ring.update(std::vector<std::byte>(size)).text, "");
        EXPECT_EQ(ring.update(std::vector<std::byte>(size, std::byte{'a'})).text, std::string(size, 'a'));
        EXPECT_EQ(ring.update(std::vector<std::byte>(size, std::byte{'b'})).text, std::string(size, 'b'));
        EXPECT_EQ(ring.update(std::vector<std::byte>(size)).text, "");
    }
}

TEST(TraceRing, ArbitraryBuffersGiveNoMoreThanTheyHold) {
    std::mt19937 random(42);
    TraceRing ring;
    for (int i = 0; i < 20000; ++i) {
        std::vector<std::byte> buffer(9);
        for (std::byte& byte : buffer) byte = static_cast<std::byte>(random() % 3);
        const auto text =
            std::count_if(buffer.begin(), buffer.end(), [](std::byte byte) { return byte != std::byte{0}; });
        EXPECT_LE(static_cast<std::ptrdiff_t>(ring.update(buffer).text.size()), text);
        EXPECT_EQ(ring.update(buffer).text, "");
    }
}

/// A processor with one mapped memory of 0x100 bytes at 0x10000000.
class TraceTest : public ::testing::Test {
  protected:
    TraceTest() {
        auto carveout =
            carveouts.add(Carveout::region("mcuram", DeviceAddress(0x10000000), PhysicalAddress(0x10000000), 0x100));
        static_cast<void>(carveouts.map(**carveout, memory));
        carveouts.index();
    }
    void put(std::uint64_t da, std::string_view text) {
        std::ranges::copy(std::as_bytes(std::span(text)), carveouts.da_to_va(DeviceAddress(da), text.size()).begin());
    }
    std::string read(std::uint64_t da, std::uint64_t len) {
        const auto text = read_trace({"log", DeviceAddress(da), len}, carveouts);
        return text ? *text : "error: " + text.error().message() + "; " + text.error().kernel_line();
    }

    /// What a visit of a running processor shows, whose only trace buffer is this.
    std::string follow(TraceFollower& follower, const TraceBuffer& trace, State state = State::running) {
        Resources resources;
        resources.traces.push_back(trace);
        const auto news = follower.poll({.name = "m4",
                                         .state = state,
                                         .starts = starts,
                                         .carveouts = carveouts,
                                         .resources = resources,
                                         .table = {}});
        if (!news) return "error: " + news.error().message();
        return (news->restarted ? "restarted: " : "") + news->text;
    }

    ModelMemory memory;
    CarveoutRegistry carveouts;
    unsigned starts = 1;
};

TEST_F(TraceTest, ReadsUpToTheFirstZero) {
    put(0x10000010, "hello\0old"s);
    EXPECT_EQ(read(0x10000010, 0x20), "hello");
    EXPECT_EQ(read(0x10000010, 3), "hel");
    EXPECT_EQ(read(0x10000010, 5), "hello");
    EXPECT_EQ(read(0x10000080, 0x80), "");
}

TEST_F(TraceTest, AnEmptyBufferHasNoText) {
    put(0x10000010, "hello");
    EXPECT_EQ(read(0x10000010, 0), "");
    TraceFollower follower;
    EXPECT_EQ(follow(follower, {"log", DeviceAddress(0x10000010), 0}), "");
    EXPECT_EQ(follow(follower, {"log", DeviceAddress(0x10000010), 0}), "");
    EXPECT_EQ(read(0x20000000, 0).substr(0, 5), "error");
}

TEST_F(TraceTest, ABufferOutsideMemorySaysSo) {
    EXPECT_EQ(read(0x20000000, 0x20),
              "error: trace \"log\": 32 bytes at 0x20000000 lie in no single mapped memory of the processor; "
              "Trace  not available");
    EXPECT_EQ(read(0x100000f0, 0x11).substr(0, 39), "error: trace \"log\": 17 bytes at 0x100000f0"s.substr(0, 39));
    EXPECT_EQ(outcome(read_trace({"log", DeviceAddress(0x100000f0), 0x11}, carveouts)), "trace-unavailable");
}

const TraceBuffer kLog{"log", DeviceAddress(0x10000000), 0x100};

TEST_F(TraceTest, AFollowerGoesOnAfterItsMemoryWasAway) {
    TraceFollower follower;
    put(0x10000000, "one\n");
    EXPECT_EQ(follow(follower, kLog), "one\n");
    EXPECT_THAT(follow(follower, {"log", DeviceAddress(0x20000000), 0x100}),
                StartsWith("error: trace \"log\": 256 bytes"));
    put(0x10000004, "two\n");
    EXPECT_EQ(follow(follower, kLog), "two\n");
}

TEST_F(TraceTest, AFollowerThatIsResetBeginsAnew) {
    TraceFollower follower;
    put(0x10000000, "one\n");
    EXPECT_EQ(follow(follower, kLog), "one\n");
    follower.reset();
    ++starts;
    EXPECT_EQ(follow(follower, kLog), "one\n");
}

TEST_F(TraceTest, ARunThatWritesTheSameTextIsANewRun) {
    TraceFollower follower;
    put(0x10000000, "booted\n");
    EXPECT_EQ(follow(follower, kLog), "booted\n");
    ++starts;
    EXPECT_EQ(follow(follower, kLog), "restarted: booted\n");
    EXPECT_EQ(follow(follower, kLog), "") << "a restart is told once";
}

TEST_F(TraceTest, AProcessorThatIsOffEndsTheFollowUntilTheNextBoot) {
    TraceFollower follower;
    put(0x10000000, "one\n");
    EXPECT_EQ(follow(follower, kLog), "one\n");
    put(0x10000004, "two\n");
    EXPECT_EQ(follow(follower, kLog, State::crashed), "two\n") << "its last words";
    for (const State off : {State::offline, State::detached, State::deleted}) {
        EXPECT_EQ(follow(follower, kLog, off),
                  "error: m4: cannot follow a trace of a processor that is " + std::string(to_string(off)));
    }
    ++starts;
    EXPECT_EQ(follow(follower, kLog), "restarted: one\ntwo\n");
}

TEST_F(TraceTest, AFirmwareWithoutThatBufferSaysSo) {
    TraceFollower follower(2);
    EXPECT_EQ(follow(follower, kLog), "error: m4: the firmware that runs has no trace buffer 2; it has 1");
    EXPECT_EQ(follower.index(), 2U);
}

}  // namespace
}  // namespace rproc
