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

using ::testing::ElementsAre;

struct RecordingObserver : NullObserver {
    std::vector<std::string> lines;
    void on_log(const LogLine& line) { lines.push_back(level(line.level()) + " " + line.text()); }
    void on_notice(Severity severity, const Error& error) {
        lines.push_back(std::string(to_string(severity)) + " " + error.what() + " at " +
                        std::string(to_string(error.step())));
    }
    static std::string level(LogLevel level) {
        return level == LogLevel::info ? "<info>" : level == LogLevel::warning ? "<warn>" : "<err>";
    }
};

class ContextTest : public ::testing::Test {
  protected:
    void SetUp() override { ctx.report_to(observer); }

    RecordingObserver observer;
    Context ctx{"m4"};
};

TEST_F(ContextTest, PassesLinesAndNoticesInOrder) {
    ctx.set_step(Step::load);
    ctx.log(LogLevel::info, LogSource::driver, "first of {0}", {"m4"});
    ctx.notice(Severity::note, Error::of({.message = "second"}, {}, {}));
    ctx.log(LogLevel::error, LogSource::virtio, "third");
    EXPECT_THAT(observer.lines, ElementsAre("<info> first of m4", "note second at load", "<err> third"));
}

TEST_F(ContextTest, KernelLineOfANoticePrecedesIt) {
    ctx.notice(Severity::warning, Error::of({.message = "a", .kernel_line = "line a"}, {}, {}));
    ctx.notice(Severity::error, Error::of({.message = "b", .kernel_line = "line b"}, {}, {}));
    EXPECT_THAT(observer.lines, ElementsAre("<warn> line a", "warning a at none", "<err> line b", "error b at none"));
}

TEST_F(ContextTest, KeepsTheKernelLineOfAnErrorThatIsOnlyLogged) {
    const Error error =
        Error::of({.message = "a", .kernel_line = "line {0}: {result}"}, {}, std::array{TextArgument(7)});
    ctx.log(LogLine(LogLevel::error, LogSource::remoteproc, error));
    EXPECT_THAT(observer.lines, ElementsAre("<err> " + error.kernel_line()));
}

TEST(Context, IgnoresReportsWithoutAnObserver) {
    Context ctx("m4");
    ctx.log(LogLevel::info, LogSource::driver, "first");
    ctx.notice(Severity::error, Error(ErrorCode::register_failed, {}));
    EXPECT_EQ(ctx.state(), State::offline);
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
