// SPDX-License-Identifier: BSD-2-Clause
// While the TEE holds a firmware, Linux maps none of the memories that are the TEE's alone.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/core/remote_processor.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "rproc/tee/tee_context.hpp"
#include "tee/tee_fixture.hpp"

namespace rproc {
namespace {

using test::outcome;

constexpr std::uint64_t kCode = 0x38000000;    // RETRAM, with segment 0 of the firmware
constexpr std::uint64_t kData = 0x10000000;    // MCUSRAM, with segment 1
constexpr std::uint64_t kTable = 0x10004000;   // where segment 2, the resource table, is
constexpr std::uint64_t kShared = 0x10048000;  // mcu_rsc_table
constexpr std::uint64_t kAcrossTheTable = 0x10003fff;

std::string linux_maps(ModelMemory memory, std::uint64_t pa, std::uint64_t size = 16) {
    return outcome(memory.map(*PhysicalRange::make(PhysicalAddress(pa), size)));
}

class Isolation : public ::testing::Test {
  protected:
    using M4 = RemoteProcessor<tee::Backend<tee::SoftwareTee>, platform::ModelStm32mp15>;

    void SetUp() override {
        const auto config = platform::embedded_board("stm32mp157c-dk2-tee")->config;
        auto made = sim::make_software_tee(config, test::trusting("rsa2048"), memory_);
        ASSERT_TRUE(made.has_value()) << made.error().message();
        tee_ = *std::move(made);
        context_.provide(tee_);
        m4_.emplace(*context_.register_processor(0), platform::ModelStm32mp15(config, {}, memory_));
        ASSERT_EQ(outcome(m4_->set_firmware(FirmwareSource(Firmware("app", test::signed_data("app.rsa2048.signed"))))),
                  "ok");
    }

    ModelMemory memory_;
    std::shared_ptr<tee::SoftwareTee> tee_;
    tee::TeeContext<tee::SoftwareTee> context_;
    std::optional<M4> m4_;
};

TEST_F(Isolation, ClosesTheTeesMemoriesFromLoadToRelease) {
    EXPECT_EQ(linux_maps(memory_, kCode), "ok");
    ASSERT_EQ(outcome(m4_->boot()), "ok");
    EXPECT_EQ(linux_maps(memory_, kCode), "access-denied");
    EXPECT_EQ(linux_maps(memory_, kData), "access-denied");
    ASSERT_EQ(outcome(m4_->recover()), "state-invalid");  // not crashed
    EXPECT_EQ(linux_maps(memory_, kCode), "access-denied");
    ASSERT_EQ(outcome(m4_->shutdown()), "ok");
    EXPECT_EQ(linux_maps(memory_, kCode), "ok");
}

TEST_F(Isolation, LeavesTheTableAndTheSharedRegionsOpen) {
    ASSERT_EQ(outcome(m4_->boot()), "ok");
    EXPECT_EQ(linux_maps(memory_, kTable, 0x8c), "ok");
    EXPECT_EQ(linux_maps(memory_, kAcrossTheTable), "access-denied");
    EXPECT_EQ(linux_maps(memory_, kShared), "ok");
}

TEST_F(Isolation, HidesTheRunningFirmwareFromTheCarveouts) {
    ASSERT_EQ(outcome(m4_->boot()), "ok");
    m4_->visit([](const ProcessorView& now) {
        EXPECT_TRUE(now.carveouts.pa_to_va(PhysicalAddress(kCode), 16).empty());
        EXPECT_TRUE(now.carveouts.pa_to_va(PhysicalAddress(kData), 16).empty());
        EXPECT_TRUE(now.carveouts.da_to_va(DeviceAddress(0), 16).empty());
        EXPECT_FALSE(now.carveouts.pa_to_va(PhysicalAddress(kShared), 16).empty());
    });
}

TEST_F(Isolation, StaysClosedOverACrashAndItsRecovery) {
    ASSERT_EQ(outcome(m4_->boot()), "ok");
    ASSERT_EQ(outcome(m4_->handle_crash(CrashType::watchdog)), "ok");
    EXPECT_EQ(m4_->state(), State::running);
    EXPECT_EQ(linux_maps(memory_, kCode), "access-denied");
}

TEST_F(Isolation, EndsWithTheTee) {
    ASSERT_EQ(outcome(m4_->boot()), "ok");
    m4_.reset();
    context_.remove();
    tee_.reset();
    EXPECT_EQ(linux_maps(memory_, kCode), "ok");
}

}  // namespace
}  // namespace rproc
