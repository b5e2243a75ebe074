// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/stm32mp15.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/core/kick_worker.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/rproc.hpp"
#include "support/alone.hpp"
#include "support/shapes.hpp"

namespace rproc::platform {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Stm32mp15Config config_of(std::string_view board) {
    auto found = embedded_board(board);
    EXPECT_TRUE(found.has_value());
    return found->config;
}

FirmwareSource shape(std::string_view name) {
    for (auto& shape : test::all_shapes())
        if (shape.name == name) return FirmwareSource(Firmware(shape.name + ".elf", std::move(shape.image)));
    ADD_FAILURE() << "no shape " << name;
    return FirmwareSource(Firmware("none", {}));
}

/// "0x5000010c=1", "assert /soc/rcc@50000000:8225", ...
std::vector<std::string> written(const ModelRegisters& registers) {
    std::vector<std::string> lines;
    for (const auto& write : registers.writes()) {
        const auto address = write.field.base.value() + write.field.offset;
        switch (write.kind) {
            case ModelRegisters::Kind::update: lines.push_back(fmt::format("{:#x}={}", address, write.value)); break;
            case ModelRegisters::Kind::secure_write:
                lines.push_back(fmt::format("smc {:#x}={}", address, write.value));
                break;
            case ModelRegisters::Kind::assert_reset:
                lines.push_back(fmt::format("assert {}:{}", write.line.controller, write.line.line));
                break;
            case ModelRegisters::Kind::deassert_reset:
                lines.push_back(fmt::format("deassert {}:{}", write.line.controller, write.line.line));
                break;
        }
    }
    return lines;
}

TEST(Stm32mp15, StartAndStopWriteTheRegistersInTheDriversOrder) {
    ModelRegisters registers;
    ModelM4 m4({}, ModelStm32mp15(config_of("stm32mp157c-dk2"), registers));
    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());

    ASSERT_TRUE(m4.boot().has_value());
    EXPECT_THAT(written(registers), ElementsAre("0x50001014=0",    // leave deep sleep
                                                "0x5000010c=1",    // release hold-boot
                                                "0x5000010c=0"));  // set it again for the next crash

    ASSERT_TRUE(m4.shutdown().has_value());
    EXPECT_THAT(written(registers),
                ElementsAre("0x50001014=0", "0x5000010c=1", "0x5000010c=0",  //
                            "0x5000010c=0", "assert /soc/rcc@50000000:8225", "0x50001014=1", "0x5c00a148=0"));
}

TEST(Stm32mp15, SecuredSocWritesHoldBootThroughTheSecureMonitor) {
    ModelRegisters registers;
    const auto config = config_of("stm32mp157c-dk2");
    registers.preset(*config.trust_zone, 1);
    ModelM4 m4({}, ModelStm32mp15(config, registers));
    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());

    ASSERT_TRUE(m4.boot().has_value());

    EXPECT_THAT(written(registers), ElementsAre("0x50001014=0", "smc 0x5000010c=1", "smc 0x5000010c=0"));
}

TEST(Stm32mp15, ScmiFormMovesHoldBootAsAReset) {
    ModelRegisters registers;
    ModelM4 m4({}, ModelStm32mp15(config_of("stm32mp157c-dk2-scmi"), registers));
    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());

    ASSERT_TRUE(m4.boot().has_value());

    EXPECT_THAT(written(registers), ElementsAre("0x50001014=0", "deassert /firmware/scmi/protocol@16:11",
                                                "assert /firmware/scmi/protocol@16:11"));
}

TEST(Stm32mp15, RefusedFirmwareTouchesNoRegister) {
    ModelRegisters registers;
    ModelM4 m4({}, ModelStm32mp15(config_of("stm32mp157c-dk2"), registers));
    ASSERT_TRUE(m4.set_firmware(shape("segment-outside")).has_value());

    EXPECT_EQ(m4.boot().error().code(), ErrorCode::segment_outside_memory);

    EXPECT_THAT(written(registers), IsEmpty());
}

TEST(Stm32mp15, StopSendsTheShutdownRequestFirst) {
    ModelMailbox mailbox;
    ModelM4 m4({}, ModelStm32mp15(config_of("stm32mp157c-dk2"), {}, {}, mailbox));
    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());
    ASSERT_TRUE(m4.boot().has_value());
    ASSERT_THAT(mailbox.sent(), IsEmpty());

    ASSERT_TRUE(m4.shutdown().has_value());

    ASSERT_EQ(mailbox.sent().size(), 1U);
    EXPECT_EQ(mailbox.sent().front().channel, "shutdown");
}

struct LogRecorder : NullObserver {
    void on_log(const LogLine& line) { lines.push_back(line.text()); }
    std::vector<std::string> lines;
};

TEST(Stm32mp15, UnacknowledgedShutdownRequestDoesNotPreventTheStop) {
    ModelMailbox mailbox;
    mailbox.lose_acknowledgements("shutdown");
    LogRecorder log;
    RemoteProcessor<elf::Backend, ModelStm32mp15, Mainline, ObserverRef<LogRecorder>> m4(
        {}, ModelStm32mp15(config_of("stm32mp157c-dk2"), {}, {}, mailbox), ObserverRef(log));
    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());
    ASSERT_TRUE(m4.boot().has_value());

    EXPECT_TRUE(m4.shutdown().has_value());

    EXPECT_EQ(m4.state(), State::offline);
    EXPECT_THAT(log.lines, ::testing::Contains("warning: remote FW shutdown without ack"));
    EXPECT_THAT(mailbox.sent(), ElementsAre(ModelMailbox::Message{"shutdown", "stop", 500ms}));
}

// The firmware signals during an operation: the receiver must not wait for the remote processor, and the driver
// receives the interrupt after the operation.
TEST(Stm32mp15, MailboxSignalReachesTheDriverThroughTheWorker) {
    ModelMailbox mailbox;
    ModelM4 m4({}, ModelStm32mp15(config_of("stm32mp157c-dk2"), {}, {}, mailbox));
    KickWorker kicks(m4);
    mailbox.set_receiver([&](std::string_view channel) {
        if (const auto id = vq_of(channel)) kicks.vq_interrupt(*id);
    });
    std::vector<std::uint32_t> interrupts;
    m4.virtio().add_driver({.name = "rpmsg", .id = 7, .probe = [&](VirtioDevice& device) -> Result<void> {
                                for (std::uint32_t i = 0; i < 2; ++i) {
                                    const auto queue =
                                        device.find_vq(i, [&interrupts, i](VirtioDevice&) { interrupts.push_back(i); });
                                    if (!queue) return fail(queue.error());
                                }
                                mailbox.receive("vq1");
                                mailbox.receive("shutdown");
                                return {};
                            }});
    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());
    ASSERT_TRUE(m4.boot().has_value());
    kicks.wait_idle();
    EXPECT_THAT(interrupts, ElementsAre(1U));
}

TEST(Stm32mp15, BootsWithoutAResourceTableAndSaysSo) {
    for (const auto& [image, line] : {std::pair{"table-none", ""}, std::pair{"table-ver-2", "unsupported fw ver: 2"}}) {
        LogRecorder log;
        RemoteProcessor<elf::Backend, ModelStm32mp15, Mainline, ObserverRef<LogRecorder>> m4(
            {}, ModelStm32mp15(config_of("stm32mp157c-dk2")), ObserverRef(log));
        ASSERT_TRUE(m4.set_firmware(shape(image)).has_value());
        EXPECT_TRUE(m4.boot().has_value()) << image;
        EXPECT_THAT(log.lines, ::testing::Contains("no resource table found for this firmware"));
        EXPECT_EQ(std::ranges::count(log.lines, line), *line == '\0' ? 0 : 2) << "the loader looks it up twice";
    }
}

TEST(Stm32mp15, TellsWhatToDoAboutADevmemEntry) {
    ModelM4 m4({}, ModelStm32mp15(config_of("stm32mp157c-dk2")));
    ASSERT_TRUE(m4.set_firmware(shape("mixed-vdev-then-devmem")).has_value());
    EXPECT_EQ(m4.boot().error().hint(), "remove the entry: a Cortex-M4 on STM32MP15 reaches peripherals without it");
}

TEST(Stm32mp15, EnablesItsWatchdogAsAWakeupSourceDuringSuspend) {
    auto config = config_of("stm32mp157c-dk2");
    for (const bool wakeup_source : {true, false}) {
        config.wakeup_source = wakeup_source;
        ModelM4 m4({}, ModelStm32mp15(config));
        ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());
        EXPECT_TRUE(m4.suspend().has_value());
        EXPECT_FALSE(m4.platform().wakes_linux()) << "it is offline";
        ASSERT_TRUE(m4.boot().has_value());
        EXPECT_TRUE(m4.suspend().has_value());
        EXPECT_EQ(m4.platform().wakes_linux(), wakeup_source);
        EXPECT_EQ(m4.state(), State::running) << "the M4 keeps running";
        EXPECT_TRUE(m4.resume().has_value());
        EXPECT_FALSE(m4.platform().wakes_linux());
    }
}

TEST(Stm32mp15, AutoBootIsThatOfTheNode) {
    auto config = config_of("stm32mp157c-dk2");
    EXPECT_FALSE(ModelStm32mp15(config).auto_boot());
    config.auto_boot = true;
    EXPECT_TRUE(ModelStm32mp15(config).auto_boot());
}

TEST(Stm32mp15, KickGoesToTheMailboxOfTheVring) {
    ModelMailbox mailbox;
    ModelStm32mp15 platform(config_of("stm32mp157c-dk2"), {}, {}, mailbox);
    Context ctx("m4");

    EXPECT_TRUE(platform.kick(ctx, 1).has_value());
    EXPECT_TRUE(platform.kick(ctx, 7).has_value()) << "a vring without a channel is ignored, as in the kernel";

    EXPECT_THAT(mailbox.sent(), ElementsAre(ModelMailbox::Message{"vq1", "kick", 0ms}));
}

TEST(Stm32mp15, DetachedM4WithoutATableIsNotBooted) {
    ModelRegisters registers;
    const auto config = config_of("stm32mp157c-dk2");
    registers.preset(*config.m4_state, 2);
    ModelM4 m4({}, ModelStm32mp15(config, registers));
    ASSERT_EQ(m4.state(), State::detached);

    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value()) << "the firmware of a recovery";
    const auto attached = m4.boot();
    ASSERT_FALSE(attached);
    EXPECT_EQ(attached.error().code(), ErrorCode::attached_table_missing);
    EXPECT_EQ(attached.error().kernel_result(), -2);
    EXPECT_EQ(m4.state(), State::detached);

    EXPECT_THAT(written(registers), IsEmpty());
}

/// Registers of which the n-th write fails.
class FailingRegisters {
  public:
    explicit FailingRegisters(int fail_at) : left_(std::make_shared<int>(fail_at)) {}
    Result<std::uint32_t> read(const SysconField& /*field*/) { return 0U; }
    Result<void> update(const SysconField& /*field*/, std::uint32_t /*value*/) { return next(); }
    Result<void> secure_write(const SysconField& /*field*/, std::uint32_t /*value*/) { return next(); }
    Result<void> assert_reset(const ResetLine& /*line*/) { return next(); }
    Result<void> deassert_reset(const ResetLine& /*line*/) { return next(); }

  private:
    Result<void> next() {
        if (--*left_ != 0) return {};
        return fail(Error::of({.code = ErrorCode::register_failed, .message = "injected"}, {}, {}));
    }
    std::shared_ptr<int> left_;
};

TEST(Stm32mp15, FailedRegisterWriteIsNamedAndRolledBack) {
    const std::vector<std::string> lines{"failed to clear pdds", "failed to set hold boot", "failed to set hold boot"};
    for (std::size_t k = 0; k < lines.size(); ++k) {
        using Platform = Stm32mp15<FailingRegisters, ModelMemory, ModelMailbox>;
        ModelMemory memory;
        LogRecorder log;
        RemoteProcessor<elf::Backend, Platform, Mainline, ObserverRef<LogRecorder>> m4(
            {}, Platform(config_of("stm32mp157c-dk2"), FailingRegisters(static_cast<int>(k) + 1), memory),
            ObserverRef(log));
        ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());

        const auto refused = m4.boot();

        ASSERT_FALSE(refused.has_value()) << k;
        EXPECT_EQ(refused.error().step(), Step::start);
        EXPECT_THAT(log.lines, ::testing::IsSupersetOf({lines[k], std::string("can't start rproc m4: -5"),
                                                        std::string("Boot failed: -5")}));
        EXPECT_EQ(memory.mapped(), 0U);
        EXPECT_TRUE(m4.boot().has_value()) << "the next boot succeeds";
    }
}

TEST(Stm32mp15, FailedStopKeepsItRunningAndCanBeRepeated) {
    using Platform = Stm32mp15<FailingRegisters, ModelMemory, ModelMailbox>;
    for (int k = 4; k <= 7; ++k) {
        RemoteProcessor<elf::Backend, Platform> m4({}, Platform(config_of("stm32mp157c-dk2"), FailingRegisters(k)));
        ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());
        ASSERT_TRUE(m4.boot().has_value());

        EXPECT_FALSE(m4.shutdown().has_value()) << k;
        EXPECT_EQ(m4.state(), State::running) << k;

        EXPECT_TRUE(m4.shutdown().has_value()) << k;
        EXPECT_EQ(m4.state(), State::offline) << k;
    }
}

/// A backend that starts and stops the M4 by itself, as a TEE does, and records the order.
struct TeeLikeBackend {
    Result<std::vector<std::byte>> parse_fw(Context& /*ctx*/, const Firmware& /*firmware*/) {
        return std::vector<std::byte>{};
    }
    Result<void> load(Context& /*ctx*/, const Firmware& /*firmware*/) { return {}; }
    Result<void> start(Context& /*ctx*/) { return {}; }
    Result<void> stop(Context& /*ctx*/) {
        sent_before_stop = mailbox.sent().size();
        return {};
    }

    ModelMailbox mailbox{};
    std::size_t sent_before_stop = 0;
};

TEST(Stm32mp15WithTee, M4IsStartedAndStoppedWithoutARegisterWrite) {
    ModelRegisters registers;
    ModelMailbox mailbox;
    RemoteProcessor<TeeLikeBackend, ModelStm32mp15> m4(
        {.mailbox = mailbox}, ModelStm32mp15(config_of("stm32mp157c-dk2-tee"), registers, {}, mailbox));
    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());

    ASSERT_TRUE(m4.boot().has_value());
    EXPECT_EQ(test::alone(m4).carveouts.size(), 4U);
    ASSERT_TRUE(m4.shutdown().has_value());

    EXPECT_THAT(written(registers), IsEmpty());
    ASSERT_THAT(mailbox.sent(), ::testing::SizeIs(1));
    EXPECT_EQ(mailbox.sent().front().channel, "shutdown");
    EXPECT_EQ(m4.backend().sent_before_stop, 1U) << "the shutdown request precedes the stop by the TEE";
}

TEST(Stm32mp15WithTee, CoreControlOfLinuxIsRefused) {
    ModelRegisters registers;
    LogRecorder log;
    Stm32mp15Config config = config_of("stm32mp157c-dk2");  // its memories are Linux's
    config.tee = Stm32mp15Config::TeeReference{"", 0};
    RemoteProcessor<elf::Backend, ModelStm32mp15, Mainline, ObserverRef<LogRecorder>> m4(
        {}, ModelStm32mp15(config, registers), ObserverRef(log));
    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());

    const auto refused = m4.boot();

    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), ErrorCode::tee_owns_core);
    EXPECT_EQ(refused.error().step(), Step::start);
    EXPECT_THAT(refused.error().hint(), ::testing::AllOf(HasSubstr("rproc sign"), HasSubstr("tee::Backend")));
    EXPECT_EQ(m4.state(), State::offline);
    Context ctx("m4");
    EXPECT_EQ(m4.platform().power_down(ctx).error().code(), ErrorCode::tee_owns_core);
    EXPECT_THAT(written(registers), IsEmpty());
}

TEST(Stm32mp15WithTee, RunningM4IsOffline) {
    ModelRegisters registers;
    Stm32mp15Config config = config_of("stm32mp157c-dk2");
    config.tee = Stm32mp15Config::TeeReference{};
    registers.preset(*config.m4_state, 2);

    EXPECT_EQ(ModelStm32mp15(config, registers).initial_state(), State::offline);
}

TEST(Stm32mp15WithTee, RegionLargerThanRetramIsRefusedWithTheDriversLogLine) {
    const auto board = read_board(RPROC_TEST_BOARD_DIR "/tee-region-past-retram.dtb");
    ASSERT_TRUE(board.has_value()) << board.error().message();
    LogRecorder log;
    RemoteProcessor<TeeLikeBackend, ModelStm32mp15, Mainline, ObserverRef<LogRecorder>> m4(
        {}, ModelStm32mp15(board->config), ObserverRef(log));
    ASSERT_TRUE(m4.set_firmware(shape("elf-good")).has_value());

    const auto refused = m4.boot();

    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), ErrorCode::memory_region_untranslatable);
    EXPECT_THAT(refused.error().what(), HasSubstr("\"retram\" (0x38000000+0x20000) runs past the end"));
    EXPECT_THAT(log.lines, ::testing::IsSupersetOf({"range too small for 0x38000000+0x20000",
                                                    "memory region not valid [mem 0x38000000-0x3801ffff]"}));
}

TEST(Stm32mp15WithTee, OtherDriverChecksOnlyTheFirstByteOfARegion) {
    Stm32mp15Config config = config_of("stm32mp157c-dk2-tee");
    config.regions = {{"retram", PhysicalRange::make(PhysicalAddress(0x38000000), 0x20000)}};
    ModelStm32mp15 platform(config);
    Context ctx("m4");

    EXPECT_TRUE(platform.prepare(ctx).has_value());
}

TEST(Stm32mp15WithTee, KickGoesToTheMailboxOfTheVring) {
    ModelMailbox mailbox;
    ModelStm32mp15 platform(config_of("stm32mp157c-dk2-tee"), {}, {}, mailbox);
    Context ctx("m4");

    EXPECT_TRUE(platform.kick(ctx, 0).has_value());

    EXPECT_THAT(mailbox.sent(), ElementsAre(ModelMailbox::Message{"vq0", "kick", 0ms}));
}

}  // namespace
}  // namespace rproc::platform
