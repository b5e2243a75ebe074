// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/context.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rproc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct RecordingObserver : NullObserver {
    std::vector<std::string> lines;
    void on_log(const LogLine& line) { lines.push_back(level(line.level) + " " + std::string(line.text)); }
    void on_notice(Severity severity, const Error& error) {
        lines.push_back(std::string(to_string(severity)) + " " + error.what() + " at " +
                        std::string(to_string(error.step())));
    }
    static std::string level(LogLevel level) {
        return level == LogLevel::info ? "<info>" : level == LogLevel::warning ? "<warn>" : "<err>";
    }
};

class ContextTest : public testing::Test {
  protected:
    std::vector<std::string> drain(Step step) {
        RecordingObserver observer;
        ctx.drain(step, observer);
        return observer.lines;
    }
    Context ctx{"m4"};
};

TEST_F(ContextTest, PassesLinesAndNoticesOnceInOrder) {
    ctx.log(LogLevel::info, LogSource::driver, "first");
    ctx.notice(Severity::note, Error::of({.message = "second"}, {}, {}));
    ctx.log(LogLevel::error, LogSource::virtio, "third");
    EXPECT_THAT(drain(Step::load), ElementsAre("<info> first", "note second at load", "<err> third"));
    EXPECT_THAT(drain(Step::load), IsEmpty());
}

TEST_F(ContextTest, KernelLineOfANoticePrecedesIt) {
    ctx.notice(Severity::warning, Error::of({.message = "a", .kernel_line = "line a"}, {}, {}));
    ctx.notice(Severity::error, Error::of({.message = "b", .kernel_line = "line b"}, {}, {}));
    EXPECT_THAT(drain(Step::parse_fw),
                ElementsAre("<warn> line a", "warning a at parse_fw", "<err> line b", "error b at parse_fw"));
}

TEST_F(ContextTest, ObserverMayAddANoticeWhileItIsCalled) {
    struct Echo : NullObserver {
        Context* ctx = nullptr;
        void on_log(const LogLine& line) {
            if (line.text == "call") ctx->log(LogLevel::info, LogSource::driver, "echo");
        }
    };
    Echo echo;
    echo.ctx = &ctx;
    ctx.log(LogLevel::info, LogSource::driver, "call");
    ctx.drain(Step::load, echo);
    EXPECT_THAT(drain(Step::load), ElementsAre("<info> echo"));
}

TEST_F(ContextTest, InitiallyOfflineAndEmpty) {
    EXPECT_EQ(ctx.name(), "m4");
    EXPECT_EQ(ctx.state(), State::offline);
    EXPECT_EQ(ctx.carveouts().size(), 0U);
    EXPECT_TRUE(ctx.table().bytes().empty());
}

TEST_F(ContextTest, EditsTheInstalledTable) {
    std::array<std::byte, 24> cached{};
    std::array<std::byte, 24> loaded{};
    ctx.set_table(cached);
    ctx.table().set_vdev_status(0, 1);
    ctx.set_table(loaded);
    ctx.table().set_vdev_status(0, 2);
    ctx.set_table({});
    ctx.table().set_vdev_status(0, 3);
    EXPECT_EQ(cached[20], std::byte{1});
    EXPECT_EQ(loaded[20], std::byte{2});
}

}  // namespace
}  // namespace rproc
