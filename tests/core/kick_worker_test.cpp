// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/kick_worker.hpp"

#include <cstdint>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/resource/table_builder.hpp"

namespace rproc {
namespace {

using test::outcome;
using test::Script;
using ::testing::ElementsAre;

class KickWorkerTest : public ::testing::Test {
  protected:
    using Processor = RemoteProcessor<test::FullBackend, test::BoardPlatform, Mainline, ObserverRef<test::Recorder>>;

    KickWorkerTest() {
        script.table = ResourceTableBuilder{}.vdev(7, 1, {{}, {}}).build();
        EXPECT_EQ(outcome(rproc.set_firmware(test::some_firmware())), "ok");
        rproc.virtio().add_driver(
            {.name = "rpmsg", .id = 7, .features = 1, .probe = [this](VirtioDevice& device) { return probe(device); }});
    }
    Result<void> probe(VirtioDevice& device) {
        for (std::uint32_t i = 0; i < 2; ++i) {
            auto vq = device.find_vq(i, [this, i](VirtioDevice&) {
                notified.push_back(i);
                by.push_back(std::this_thread::get_id());
                if (on_interrupt) on_interrupt();
            });
            if (!vq) return fail(vq.error());
        }
        return {};
    }
    [[nodiscard]] static test::BoardPlatform platform(Script& script) {
        test::BoardPlatform platform;
        platform.script = &script;
        return platform;
    }

    Script script;
    test::Recorder recorder;
    std::vector<std::uint32_t> notified;
    std::vector<std::thread::id> by;
    std::function<void()> on_interrupt;
    Processor rproc{test::FullBackend{&script}, platform(script), ObserverRef(recorder)};
};

TEST_F(KickWorkerTest, CarriesKicksInBothDirectionsInItsThread) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    KickWorker worker(rproc);
    worker.vq_interrupt(1);
    worker.kick(0);
    worker.vq_interrupt(99);
    worker.wait_idle();
    EXPECT_THAT(notified, ElementsAre(1U));
    EXPECT_NE(by.at(0), std::this_thread::get_id());
    EXPECT_EQ(script.calls.back(), "kick 0");
}

TEST_F(KickWorkerTest, DropsKicksOfAnOfflineProcessor) {
    KickWorker worker(rproc);
    worker.vq_interrupt(0);
    worker.kick(0);
    worker.wait_idle();
    EXPECT_THAT(notified, ::testing::IsEmpty());
    EXPECT_EQ(script.count("kick 0"), 0);
}

// An interrupt that arrives in the thread of a driver's callback neither blocks nor is lost. Pending kicks of one queue
// are merged.
TEST_F(KickWorkerTest, InterruptNeverWaitsForTheProcessor) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    KickWorker worker(rproc);
    on_interrupt = [&] {
        on_interrupt = nullptr;
        for (int i = 0; i < 3; ++i) {
            worker.vq_interrupt(1);
            worker.kick(1);
        }
    };
    worker.vq_interrupt(0);
    worker.wait_idle();
    EXPECT_THAT(notified, ElementsAre(0U, 1U));
    EXPECT_EQ(script.count("kick 1"), 1);
}

TEST_F(KickWorkerTest, DestructorDropsPendingWork) {
    ASSERT_EQ(outcome(rproc.boot()), "ok");
    std::promise<void> entered;
    std::promise<void> leave;
    on_interrupt = [&] {
        entered.set_value();
        leave.get_future().wait();
    };
    {
        KickWorker worker(rproc);
        worker.vq_interrupt(0);
        entered.get_future().wait();
        worker.kick(0);
        leave.set_value();
    }
    EXPECT_THAT(notified, ElementsAre(0U));
    EXPECT_EQ(outcome(rproc.shutdown()), "ok");
}

}  // namespace
}  // namespace rproc
