// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/processor_view.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/resource/table_builder.hpp"

namespace rproc {
namespace {

static_assert(OutlivesVisit<void> && OutlivesVisit<int> && OutlivesVisit<std::string>);
static_assert(OutlivesVisit<std::vector<std::byte>> && OutlivesVisit<TraceBuffer>);
static_assert(!OutlivesVisit<const Resources&> && !OutlivesVisit<const Carveout*>);
static_assert(!OutlivesVisit<std::span<const std::byte>> && !OutlivesVisit<std::string_view>);
static_assert(!OutlivesVisit<std::reference_wrapper<const Resources>>);
static_assert(!std::is_copy_constructible_v<ProcessorView> && !std::is_move_constructible_v<ProcessorView>);

using Processor = RemoteProcessor<test::FullBackend, test::BarePlatform>;

struct Seen {
    std::string name;
    State state;
    unsigned starts;
    bool off;
    std::size_t traces;
    std::size_t table_bytes;
};

Seen look_at(const Processor& processor) {
    return processor.visit([](const ProcessorView& now) {
        return Seen{std::string(now.name), now.state, now.starts, now.is_off(), now.resources.traces.size(),
                    now.table.size()};
    });
}

TEST(ProcessorView, ShowsARunAndNothingOfItAfterTheShutdown) {
    test::Script script;
    script.table = ResourceTableBuilder{}.trace("log", 0, 16).build();
    Processor processor(test::FullBackend{&script}, test::BarePlatform{.script = &script});
    ASSERT_TRUE(processor.set_firmware(test::some_firmware()));
    EXPECT_TRUE(look_at(processor).off);
    ASSERT_TRUE(processor.boot());
    const Seen running = look_at(processor);
    EXPECT_EQ(running.name, "m4");
    EXPECT_EQ(running.state, State::running);
    EXPECT_EQ(running.starts, 1U);
    EXPECT_FALSE(running.off);
    EXPECT_EQ(running.traces, 1U);
    EXPECT_EQ(running.table_bytes, script.table.size());
    ASSERT_TRUE(processor.shutdown());
    const Seen off = look_at(processor);
    EXPECT_TRUE(off.off);
    EXPECT_EQ(off.traces, 0U);
    EXPECT_EQ(off.table_bytes, 0U);
}

TEST(ProcessorView, StartsCountsEachRun) {
    test::Script script;
    Processor processor(test::FullBackend{&script}, test::BarePlatform{.script = &script});
    ASSERT_TRUE(processor.set_firmware(test::some_firmware()));
    for (unsigned run = 1; run <= 2; ++run) {
        ASSERT_TRUE(processor.boot());
        EXPECT_EQ(look_at(processor).starts, run);
        ASSERT_TRUE(processor.shutdown());
    }
}

}  // namespace
}  // namespace rproc
