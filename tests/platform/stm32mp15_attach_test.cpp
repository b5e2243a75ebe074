// SPDX-License-Identifier: BSD-2-Clause
// A Cortex-M4 that the bootloader has started: attach, detach and stop.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "rproc/resource/table_builder.hpp"
#include "rproc/rproc.hpp"
#include "support/alone.hpp"

namespace rproc::platform {
namespace {

using test::outcome;
using test::Recorder;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr std::uint32_t kTableAt = 0x10004000;
constexpr std::size_t kAttachedSize = 1024;

/// The registers of a board whose bootloader has started the M4.
ModelRegisters left_by_bootloader(const Stm32mp15Config& config) {
    ModelRegisters registers;
    registers.preset(*config.m4_state, 2);
    registers.preset(*config.resource_table, kTableAt);
    return registers;
}

class Attached : public ::testing::Test {
  protected:
    Attached() {
        const auto region = std::ranges::find(config.regions, "mcuram2", &Stm32mp15Config::Region::name);
        firmware_memory = memory.map(*region->memory).value();
        table = firmware_memory.bytes().subspan(kTableAt - region->memory->start().value(), kAttachedSize);
        const auto built = ResourceTableBuilder{}.trace("cm4_log", 0x10008000, 16).vdev(7, 1, {{}, {}}).build();
        std::ranges::copy(built, table.begin());
        clean.assign(table.begin(), table.end());
    }

    using M4 = RemoteProcessor<elf::Backend, ModelStm32mp15, Mainline, ObserverRef<Recorder>>;

    [[nodiscard]] std::vector<std::byte> table_now() const { return {table.begin(), table.end()}; }

    Stm32mp15Config config = embedded_board("stm32mp157c-dk2")->config;
    ModelRegisters registers = left_by_bootloader(config);
    ModelMemory memory;
    ModelMailbox mailbox;
    Mapping firmware_memory;
    std::span<std::byte> table;
    std::vector<std::byte> clean;
    Recorder recorder;
    M4 m4{elf::Backend{}, ModelStm32mp15(config, registers, memory, mailbox), ObserverRef(recorder)};
};

TEST_F(Attached, BootAttachesToTheRunningFirmware) {
    ASSERT_EQ(m4.state(), State::detached);
    ASSERT_EQ(outcome(m4.boot()), "ok");
    EXPECT_EQ(m4.state(), State::attached);
    EXPECT_EQ(test::alone(m4).table.data(),
              test::alone(m4).carveouts.da_to_va(DeviceAddress(kTableAt), kAttachedSize).data());
    EXPECT_EQ(test::alone(m4).resources.traces.size(), 1U);
    EXPECT_TRUE(test::alone(m4).resources.vdevs.at(0).registered);
    EXPECT_THAT(recorder.lines, Contains("attaching to m4"));
    EXPECT_THAT(recorder.lines, Contains("remote processor m4 is now attached"));
    EXPECT_THAT(table_now(), ::testing::Not(ElementsAreArray(clean))) << "Linux writes the addresses of the vrings";
}

TEST_F(Attached, DetachRestoresTheTableAndLeavesItRunning) {
    ASSERT_EQ(outcome(m4.boot()), "ok");
    ASSERT_EQ(outcome(m4.detach()), "ok");
    EXPECT_EQ(m4.state(), State::detached);
    EXPECT_THAT(table_now(), ElementsAreArray(clean));
    EXPECT_THAT(mailbox.sent(), ElementsAre(ModelMailbox::Message{"detach", "stop", 200ms}));
    EXPECT_EQ(memory.mapped(), 1U) << "only the mapping of the test";
    EXPECT_EQ(test::alone(m4).carveouts.size(), 0U);
    EXPECT_TRUE(recorder.all_closed());
    for (const ModelRegisters::Write& write : registers.writes())
        EXPECT_NE(write.kind, ModelRegisters::Kind::assert_reset);
}

TEST_F(Attached, AttachAndDetachMayBeRepeated) {
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(outcome(m4.boot()), "ok");
        ASSERT_TRUE(test::alone(m4).resources.vdevs.at(0).registered);
        ASSERT_EQ(outcome(m4.detach()), "ok");
    }
    EXPECT_EQ(memory.mapped(), 1U);
}

TEST_F(Attached, CanBeStopped) {
    ASSERT_EQ(outcome(m4.boot()), "ok");
    ASSERT_EQ(outcome(m4.shutdown()), "ok");
    EXPECT_EQ(m4.state(), State::offline);
    EXPECT_EQ(memory.mapped(), 1U);
    EXPECT_THAT(mailbox.sent(), ElementsAre(ModelMailbox::Message{"shutdown", "stop", 500ms}));
    EXPECT_EQ(outcome(m4.detach()), "state-invalid");
}

TEST_F(Attached, CountsItsUsers) {
    ASSERT_EQ(outcome(m4.boot()), "ok");
    ASSERT_EQ(outcome(m4.boot()), "ok");
    ASSERT_EQ(outcome(m4.detach()), "ok");
    EXPECT_EQ(m4.state(), State::attached);
    ASSERT_EQ(outcome(m4.detach()), "ok");
    EXPECT_EQ(m4.state(), State::detached);
}

TEST_F(Attached, CrashIsRecoveredWithTheChosenFirmware) {
    ASSERT_EQ(outcome(m4.boot()), "ok");
    // Without a chosen firmware the recovery fails, and leaves no mapping.
    EXPECT_EQ(outcome(m4.handle_crash(CrashType::watchdog)), "firmware-name-empty");
    EXPECT_EQ(m4.state(), State::offline);
    EXPECT_EQ(memory.mapped(), 1U);
}

TEST_F(Attached, IsRefusedWithAnInvalidTable) {
    table[0] = std::byte{9};
    EXPECT_EQ(outcome(m4.boot()), "table-version");
    EXPECT_EQ(m4.state(), State::detached);
    EXPECT_EQ(memory.mapped(), 1U);
    table[0] = std::byte{1};
    EXPECT_EQ(outcome(m4.boot()), "ok");
}

TEST_F(Attached, IsRefusedWithATableOutsideItsMemories) {
    registers.preset(*config.resource_table, 0x80000000);
    EXPECT_EQ(outcome(m4.boot()), "address-unmapped");
    EXPECT_THAT(recorder.lines, Contains("can't translate da 80000000"));
    EXPECT_THAT(recorder.lines, Contains("Boot failed: -22"));
    EXPECT_EQ(m4.state(), State::detached);
}

/// An M4 that restarts by itself after a crash.
struct SelfRestarting : ModelStm32mp15 {
    using ModelStm32mp15::ModelStm32mp15;
    static constexpr bool kAttachOnRecovery = true;
};

TEST_F(Attached, SelfRestartingM4IsAttachedAgainAfterACrash) {
    RemoteProcessor<elf::Backend, SelfRestarting, Mainline, ObserverRef<Recorder>> self(
        elf::Backend{}, SelfRestarting(config, registers, memory, mailbox), ObserverRef(recorder));
    ASSERT_EQ(outcome(self.boot()), "ok");
    const auto used = table_now();
    recorder.events.clear();
    ASSERT_EQ(outcome(self.handle_crash(CrashType::fatal_error)), "ok");
    EXPECT_EQ(self.state(), State::attached);
    EXPECT_THAT(recorder.events,
                ElementsAre("attached > crashed", "begin stop_subdevices", "end stop_subdevices", "begin detach",
                            "end detach", "crashed > detached", "begin attach", "end attach", "begin start_subdevices",
                            "end start_subdevices", "detached > attached"));
    EXPECT_THAT(table_now(), ElementsAreArray(used));
    ASSERT_EQ(outcome(self.detach()), "ok");
    EXPECT_THAT(table_now(), ElementsAreArray(clean));
    EXPECT_EQ(memory.mapped(), 1U);
}

}  // namespace
}  // namespace rproc::platform
