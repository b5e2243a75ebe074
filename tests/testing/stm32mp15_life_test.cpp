// SPDX-License-Identifier: BSD-2-Clause
// Every fault of an STM32MP15 that loads an ELF file: ops, registers, memory and mailbox.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/resource/table_builder.hpp"
#include "rproc/testing/fault_scenarios.hpp"
#include "rproc/testing/faulty_backend.hpp"
#include "rproc/testing/faulty_mailbox.hpp"
#include "rproc/testing/faulty_platform.hpp"
#include "rproc/testing/faulty_registers.hpp"
#include "support/elf_builder.hpp"
#include "testing/clean_report.hpp"

namespace rproc::testing {
namespace {

using platform::ModelMailbox;
using platform::ModelRegisters;
using platform::Stm32mp15Config;
using platform::SysconField;
using test::expect_clean;

using FaultyM4 =
    platform::Stm32mp15<FaultyRegisters<ModelRegisters>, FaultyMemory<ModelMemory>, FaultyMailbox<ModelMailbox>>;

/// An M4 that restarts by itself after a crash.
struct SelfRestartingM4 : FaultyM4 {
    using FaultyM4::FaultyM4;
    static constexpr bool kAttachOnRecovery = true;
};

constexpr std::uint32_t kTableAt = 0x10004000;

const std::vector<std::byte>& table() {
    static const auto built = ResourceTableBuilder{}.trace("log", 0x10008000, 16).vdev(7, 1, {{}, {}}).build();
    return built;
}

const Firmware& firmware() {
    const auto build = [] {
        const test::ElfImage image{
            .segments = {{.paddr = 0, .data = test::pattern(64)}, {.paddr = kTableAt, .data = table()}},
            .sections = {{.name = ".resource_table", .addr = kTableAt, .data = table(), .segment = 1}}};
        return Firmware("app.elf", image.build());
    };
    static const Firmware built = build();
    return built;
}

const Stm32mp15Config& config() {
    static const Stm32mp15Config read = platform::embedded_board("stm32mp157c-dk2")->config;
    return read;
}

/// The M4 of a board, offline initially, or started by the bootloader (detached).
template <class M4, State kInitial>
class Stm32mp15Rig {
  public:
    using Processor =
        RemoteProcessor<FaultyBackend<elf::Backend>, FaultyPlatform<M4>, Mainline, ObserverRef<LifeWatch>>;

    explicit Stm32mp15Rig(Faults faults) : faults_(std::move(faults)) {
        if (kInitial == State::offline) return;
        constexpr std::uint32_t kStarted = 2;
        registers_.preset(*config().m4_state, kStarted);
        registers_.preset(*config().resource_table, kTableAt);
        const auto region = std::ranges::find(config().regions, "mcuram2", &Stm32mp15Config::Region::name);
        const auto mapping = memory_.map(*region->memory);
        const auto offset = kTableAt - region->memory->start().value();
        std::ranges::copy(table(), mapping->bytes().subspan(offset).begin());
    }

    [[nodiscard]] Result<std::unique_ptr<Processor>> make(ObserverRef<LifeWatch> observer) {
        M4 m4(config(), FaultyRegisters(registers_, faults_), FaultyMemory(memory_, faults_),
              FaultyMailbox(mailbox_, faults_));
        return std::make_unique<Processor>(FaultyBackend(elf::Backend{}, faults_),
                                           FaultyPlatform(std::move(m4), faults_), observer);
    }

    [[nodiscard]] static FirmwareSource firmware() { return FirmwareSource(testing::firmware()); }

    [[nodiscard]] std::vector<std::string> violations_in(State state) const {
        const bool up = state == State::running || state == State::attached || state == State::crashed;
        std::vector<std::string> wrong;
        if (!up && memory_.mapped() != 0) wrong.push_back(fmt::format("{} mappings", memory_.mapped()));
        if (state == State::offline && core_runs() && !stop_failed()) wrong.emplace_back("the core still runs");
        return wrong;
    }

  private:
    [[nodiscard]] bool stop_failed() const {
        return faults_.injected("backend.stop") + faults_.injected("platform.around_stop") +
                   faults_.injected("platform.power_down") + faults_.injected("registers.assert_reset") !=
               0;
    }

    /// Without hold-boot the M4 runs until its reset. An M4 that the bootloader started is not counted.
    [[nodiscard]] bool core_runs() const {
        const SysconField hold_boot = std::get<SysconField>(config().hold_boot);
        bool runs = false;
        for (const auto& write : registers_.writes()) {
            if (write.kind == ModelRegisters::Kind::assert_reset) runs = false;
            const bool at_hold_boot = write.kind == ModelRegisters::Kind::update && write.field == hold_boot;
            if (at_hold_boot && write.value != 0) runs = true;
        }
        return runs;
    }

    Faults faults_;
    ModelRegisters registers_;
    ModelMemory memory_;
    ModelMailbox mailbox_;
};

TEST(EveryFaultOfAnStm32mp15, LeavesNothingAndTheNextBootWorks) {
    expect_clean(every_fault_of<Stm32mp15Rig<FaultyM4, State::offline>>("M4"), "stm32mp15", 2000);
}

TEST(EveryFaultOfAnStm32mp15, StartedByTheBootloader) {
    expect_clean(every_fault_of<Stm32mp15Rig<FaultyM4, State::detached>>("attached M4"), "stm32mp15, attached", 1500);
}

TEST(EveryFaultOfAnStm32mp15, SelfRestarting) {
    expect_clean(every_fault_of<Stm32mp15Rig<SelfRestartingM4, State::detached>>("rejoined M4"), "stm32mp15, rejoined",
                 1500);
}

}  // namespace
}  // namespace rproc::testing
