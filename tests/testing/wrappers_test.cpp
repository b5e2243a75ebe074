// SPDX-License-Identifier: BSD-2-Clause
// Each wrapper has the ops of what it wraps and no other, and each of them fails at the call that it is told to.
#include <array>
#include <chrono>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "error/outcome.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/resource/table_builder.hpp"
#include "rproc/tee/backend.hpp"
#include "rproc/tee/software_tee.hpp"
#include "rproc/testing/faulty_backend.hpp"
#include "rproc/testing/faulty_client.hpp"
#include "rproc/testing/faulty_firmware.hpp"
#include "rproc/testing/faulty_mailbox.hpp"
#include "rproc/testing/faulty_platform.hpp"
#include "rproc/testing/faulty_registers.hpp"
#include "tee/tee_fixture.hpp"
#include "testing/fake_rig.hpp"

namespace rproc::testing {
namespace {

using test::outcome;
using ::testing::ElementsAre;

using Full = FaultyBackend<test::FullBackend>;
static_assert(Backend<Full> && ParsesImage<Full> && !ParsesMemory<Full> && StartsCore<Full> && !DrivesCore<Full>);
static_assert(HasParse<Full> && HasBootAddress<Full> && HasFindLoadedRscTable<Full> && HasReleaseFw<Full>);
static_assert(HasHandleRsc<Full> && !HasLoadedTable<Full>);

using Lean = FaultyBackend<test::LeanBackend>;
static_assert(Backend<Lean> && ParsesImage<Lean> && !ParsesMemory<Lean> && !StartsCore<Lean> && DrivesCore<Lean>);
static_assert(!HasParse<Lean> && !HasBootAddress<Lean> && !HasFindLoadedRscTable<Lean> && !HasReleaseFw<Lean>);
static_assert(!HasHandleRsc<Lean> && !HasLoadedTable<Lean>);

using Tee = FaultyBackend<tee::Backend<FaultyClient<tee::SoftwareTee>>>;
static_assert(Backend<Tee> && !ParsesImage<Tee> && ParsesMemory<Tee> && StartsCore<Tee> && !DrivesCore<Tee>);
static_assert(HasLoadedTable<Tee> && HasReleaseFw<Tee> && !HasParse<Tee> && !HasBootAddress<Tee>);

using Bare = FaultyPlatform<test::BarePlatform>;
static_assert(Platform<Bare> && !CoreControl<Bare> && !HasPrepare<Bare> && !HasUnprepare<Bare> && !WrapsStart<Bare>);
static_assert(!WrapsStop<Bare> && !HasPaToDa<Bare> && !HasKick<Bare> && !HasAttach<Bare> && !HasInitialState<Bare>);
static_assert(!AttachesOnRecovery<Bare> && !HasIommu<Bare> && !HasSuspend<Bare> && !HasPanic<Bare> &&
              !HasAutoBoot<Bare>);
static_assert(!HasDaToPa<Bare> && !HasWithoutTable<Bare> && !HasKernelProfile<Bare> && !HasAdvise<Bare>);

using Wrapping = FaultyPlatform<test::WrappingPlatform>;
static_assert(CoreControl<Wrapping> && HasPrepare<Wrapping> && HasUnprepare<Wrapping> && HasKick<Wrapping>);
static_assert(WrapsStart<Wrapping> && WrapsStop<Wrapping> && !HasAttach<Wrapping>);

using Attachable = FaultyPlatform<test::AttachablePlatform>;
static_assert(HasAttach<Attachable> && HasInitialState<Attachable> && !AttachesOnRecovery<Attachable>);
static_assert(AttachesOnRecovery<FaultyPlatform<test::RejoinedPlatform>>);
static_assert(HasSuspend<Attachable>);
static_assert(HasPaToDa<FaultyPlatform<platform::Stm32mp15>> && HasAutoBoot<FaultyPlatform<platform::Stm32mp15>>);
static_assert(HasWithoutTable<FaultyPlatform<platform::Stm32mp15>> && HasAdvise<FaultyPlatform<platform::Stm32mp15>>);
static_assert(HasIommu<FaultyPlatform<test::PlatformBehindIommu<ModelIommu>>>);

// Memory with faults is not wrapped again.
using Memory = FaultyMemory<ModelMemory>;
using FaultyBoard = platform::BasicStm32mp15<platform::ModelRegisters, Memory>;
static_assert(std::same_as<FaultyPlatform<FaultyBoard>::Memory, Memory>);
static_assert(MemoryProvider<Memory> && MemoryProvider<Bare::Memory>);

/// A platform that needs time when Linux dies.
struct DyingPlatform : test::BarePlatform {
    static std::chrono::milliseconds panic(Context& /*ctx*/) { return std::chrono::milliseconds(30); }
};

/// Three calls of an op, of which the second fails.
template <class F>
std::vector<std::string> second_fails(Faults faults, std::string_view point, F op,
                                      FaultKind kind = FaultKind::instead) {
    faults.arm_at(point, 1, kind);
    std::vector<std::string> outcomes;
    for (int i = 0; i < 3; ++i) outcomes.push_back(outcome(op()));
    return outcomes;
}

const auto kSecondOp = ElementsAre("ok", "fault-injected", "ok");

class Wrappers : public ::testing::Test {
  protected:
    Faults faults;
    test::Script script{.calls = {}, .table = test::full_table()};
    Context ctx{"m4"};
    Firmware firmware{"app.elf", {std::byte{1}}};
};

TEST_F(Wrappers, EveryOpOfABackendFails) {
    Full backend(test::FullBackend{&script}, faults);
    const auto view = ResourceTableView::parse(script.table);
    ASSERT_TRUE(view.has_value());
    const auto entry = view->entry(2);
    ASSERT_TRUE(entry.has_value());
    EXPECT_THAT(second_fails(faults, "backend.parse", [&] { return backend.parse(ctx, firmware); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.parse_fw", [&] { return backend.parse_fw(ctx, firmware); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.load", [&] { return backend.load(ctx, firmware); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.handle_rsc", [&] { return backend.handle_rsc(ctx, *entry); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.start", [&] { return backend.start(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.stop", [&] { return backend.stop(ctx); }), kSecondOp);
    for (const char* op : {"parse", "parse_fw", "load", "handle_rsc", "start", "stop"})
        EXPECT_EQ(script.count(op), 2) << op << ": the struck call is not done";
}

TEST_F(Wrappers, ALoadAlsoFailsAfterItHasLoaded) {
    Full backend(test::FullBackend{&script}, faults);
    EXPECT_THAT(second_fails(
                    faults, "backend.load", [&] { return backend.load(ctx, firmware); }, FaultKind::late),
                kSecondOp);
    EXPECT_EQ(script.count("load"), 3);
}

TEST_F(Wrappers, AStopAlsoFailsAfterItHasStoppedAndAStartDoesNot) {
    Full backend(test::FullBackend{&script}, faults);
    const auto stop = [&] { return backend.stop(ctx); };
    EXPECT_THAT(second_fails(faults, "backend.stop", stop, FaultKind::late), kSecondOp);
    EXPECT_EQ(script.count("stop"), 3);
    const auto start = [&] { return backend.start(ctx); };
    EXPECT_THAT(second_fails(faults, "backend.start", start, FaultKind::late), ElementsAre("ok", "ok", "ok"));
}

TEST_F(Wrappers, OpsThatCannotFailArePassedOn) {
    Full backend(test::FullBackend{&script}, faults);
    faults.arm(0, FaultSpan::lasting);
    EXPECT_EQ(backend.boot_address(ctx, firmware), DeviceAddress(0x42));
    EXPECT_TRUE(backend.find_loaded_rsc_table(ctx, firmware).empty());
    backend.release_fw(ctx);
    EXPECT_THAT(script.calls, ElementsAre("boot_address", "find_loaded_rsc_table", "release_fw"));
    EXPECT_EQ(faults.count(), 0U);
}

TEST_F(Wrappers, ABackendThatDrivesTheCoreGetsTheCoreThatItIsGiven) {
    Lean backend(test::LeanBackend{&script}, faults);
    FaultyPlatform<test::BoardPlatform> platform({{&script}}, faults);
    EXPECT_THAT(second_fails(faults, "platform.power_up", [&] { return backend.start(ctx, platform); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "backend.stop", [&] { return backend.stop(ctx, platform); }), kSecondOp);
    EXPECT_EQ(script.count("start"), 3);
    EXPECT_EQ(script.count("power_up"), 2);
    EXPECT_EQ(script.count("power_down"), 2);
}

TEST_F(Wrappers, EveryOpOfAPlatformFails) {
    test::AttachablePlatform board;
    board.script = &script;
    Attachable platform(board, faults);
    const auto pass = []() -> Result<void> { return {}; };
    const auto prepare = [&] {
        ctx.carveouts().clear();
        return platform.prepare(ctx);
    };
    EXPECT_THAT(second_fails(faults, "platform.prepare", prepare), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.prepare", prepare, FaultKind::late), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.power_up", [&] { return platform.power_up(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.power_down", [&] { return platform.power_down(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.around_start", [&] { return platform.around_start(ctx, pass); }),
                kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.around_stop", [&] { return platform.around_stop(ctx, pass); }),
                kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.kick", [&] { return platform.kick(ctx, 0); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.attached_table", [&] { return platform.attached_table(ctx); }),
                kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.attach", [&] { return platform.attach(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.detach", [&] { return platform.detach(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.suspend", [&] { return platform.suspend(ctx); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "platform.resume", [&] { return platform.resume(ctx); }), kSecondOp);
    EXPECT_EQ(platform.name(), "m4");
    EXPECT_EQ(platform.initial_state(), State::offline);
}

TEST_F(Wrappers, APanicIsPassedOn) {
    FaultyPlatform<DyingPlatform> platform({{&script}}, faults);
    faults.arm(0, FaultSpan::lasting);
    EXPECT_EQ(platform.panic(ctx), std::chrono::milliseconds(30));
}

TEST_F(Wrappers, WhatIsAroundAStartOrAStopAlsoFailsAfterItIsDone) {
    test::WrappingPlatform board;
    board.script = &script;
    Wrapping platform(board, faults);
    int done = 0;
    const auto op = [&]() -> Result<void> {
        ++done;
        return {};
    };
    const auto start = [&] { return platform.around_start(ctx, op); };
    const auto stop = [&] { return platform.around_stop(ctx, op); };
    EXPECT_THAT(second_fails(faults, "platform.around_start", start, FaultKind::late), kSecondOp);
    EXPECT_EQ(done, 3);
    EXPECT_THAT(second_fails(faults, "platform.around_stop", stop, FaultKind::late), kSecondOp);
    EXPECT_EQ(done, 6);
}

TEST_F(Wrappers, AnIommuRefusesToBeAttachedAndToMap) {
    test::PlatformBehindIommu<ModelIommu> board;
    board.script = &script;
    FaultyPlatform platform(board, faults);
    EXPECT_THAT(second_fails(faults, "iommu.attach", [&] { return platform.iommu().attach(); }), kSecondOp);
    const auto page = *DeviceRange::make(DeviceAddress(0), ModelIommu::kPage);
    const auto map = [&] {
        platform.iommu().unmap(page);
        return platform.iommu().map(page, PhysicalAddress(0), 3);
    };
    EXPECT_THAT(second_fails(faults, "iommu.map", map), kSecondOp);
    EXPECT_EQ(board.domain.entries().size(), 1U);
    platform.iommu().unmap(page);
    EXPECT_TRUE(board.domain.entries().empty());
    platform.iommu().detach();
    EXPECT_FALSE(board.domain.attached());
}

TEST_F(Wrappers, TheMemoryOfAPlatformFailsAlsoAfterItWasMoved) {
    Bare first({&script}, faults);
    static_cast<void>(first.memory());
    Bare platform(std::move(first));
    const auto range = *PhysicalRange::make(PhysicalAddress(0x1000), 16);
    EXPECT_THAT(second_fails(faults, "memory.map", [&] { return platform.memory().map(range); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "memory.allocate", [&] { return platform.memory().allocate(16); }), kSecondOp);
    EXPECT_EQ(platform.wrapped().model.mapped(), 0U);
}

TEST_F(Wrappers, EveryRegisterAccessFails) {
    const platform::ModelRegisters model;
    FaultyRegisters registers(model, faults);
    const platform::SysconField field{PhysicalAddress(0x50000000), 0x10c, 1};
    const platform::ResetLine line{"/rcc", 1};
    EXPECT_THAT(second_fails(faults, "registers.read", [&] { return registers.read(field); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "registers.update", [&] { return registers.update(field, 1); }), kSecondOp);
    EXPECT_THAT(second_fails(faults, "registers.secure_write", [&] { return registers.secure_write(field, 1); }),
                kSecondOp);
    EXPECT_THAT(second_fails(faults, "registers.assert_reset", [&] { return registers.assert_reset(line); }),
                kSecondOp);
    EXPECT_EQ(model.writes().size(), 6U);
    EXPECT_THAT(
        second_fails(
            faults, "registers.deassert_reset", [&] { return registers.deassert_reset(line); }, FaultKind::late),
        kSecondOp);
    EXPECT_EQ(model.writes().size(), 9U);
}

TEST_F(Wrappers, AMessageIsLostOrItsAcknowledgementIs) {
    const platform::ModelMailbox model;
    FaultyMailbox mailbox(model, faults);
    const auto send = [&] { return mailbox.send("vq0", "kick", std::chrono::milliseconds(0)); };
    const auto ask = [&] { return mailbox.send("shutdown", "stop", std::chrono::milliseconds(500)); };
    const auto second_message = ElementsAre("ok", "mailbox-failed", "ok");
    EXPECT_THAT(second_fails(faults, "mailbox.send", send), second_message);
    EXPECT_EQ(model.sent().size(), 2U);
    EXPECT_THAT(second_fails(faults, "mailbox.send", send, FaultKind::late), second_message);
    EXPECT_EQ(model.sent().size(), 5U);
    EXPECT_THAT(second_fails(faults, "mailbox.send", ask), second_message);
    EXPECT_EQ(model.sent().size(), 7U);
    EXPECT_THAT(second_fails(faults, "mailbox.send", ask, FaultKind::late), ElementsAre("ok", "mailbox-timeout", "ok"));
    EXPECT_EQ(model.sent().size(), 10U);
}

TEST_F(Wrappers, AFirmwareCannotBeReadAtOneRequest) {
    const FirmwareSource source = faulty_firmware(FirmwareSource(firmware), faults);
    EXPECT_EQ(source.name(), "app.elf");
    EXPECT_THAT(second_fails(faults, "firmware.request", [&] { return source.request(); }), kSecondOp);
}

TEST_F(Wrappers, ATeeIsUnreachableOrRefuses) {
    const auto software = std::make_shared<tee::SoftwareTee>(tee::SoftwareTeePolicy{});
    const auto memory = *PhysicalRange::make(PhysicalAddress(0x38000000), 0x100);
    const std::array memories{tee::RemoteMemory{DeviceAddress(0), memory}};
    ASSERT_TRUE(software->add_processor(0, memories, ModelMemory()).has_value());
    FaultyClient client(software, faults);
    tee::Parameters parameters{tee::Parameter::value_input(0)};

    faults.arm_at("tee.open_session", 0);
    EXPECT_EQ(outcome(client.open_session(tee::kRemoteprocUuid, parameters)), "fault-injected");
    faults.arm_at("tee.open_session", 0, FaultKind::refused);
    EXPECT_EQ(client.open_session(tee::kRemoteprocUuid, parameters)->result, tee::ResultCode::generic);
    EXPECT_EQ(software->open_sessions(), 0U);
    const auto opened = client.open_session(tee::kRemoteprocUuid, parameters);
    ASSERT_EQ(opened->result, tee::ResultCode::success);

    const auto release = [&] {
        return client.invoke(opened->session, static_cast<std::uint32_t>(tee::Command::release_fw), parameters);
    };
    EXPECT_THAT(second_fails(faults, "tee.RELEASE_FW", release), kSecondOp);
    faults.arm_at("tee.RELEASE_FW", 0, FaultKind::refused);
    EXPECT_EQ(*release(), tee::ResultCode::generic);
    EXPECT_EQ(*release(), tee::ResultCode::success);

    const auto share = [&] {
        auto shared = client.register_memory(firmware.bytes());
        if (shared) client.unregister_memory(*shared);
        return shared;
    };
    EXPECT_THAT(second_fails(faults, "tee.register_memory", share), kSecondOp);
    EXPECT_EQ(software->registered_memories(), 0U);
    client.close_session(opened->session);
    EXPECT_EQ(software->open_sessions(), 0U);
}

TEST_F(Wrappers, ALoadThatATeeRefusesLeavesItsImage) {
    test::BareTee bare(test::trusting("rsa2048"));
    const auto image = test::signed_data("app.rsa2048.signed");
    FaultyClient client(std::shared_ptr<tee::SoftwareTee>(&bare.tee, [](auto*) {}), faults);
    const auto memory = client.register_memory(image);
    tee::Parameters parameters{tee::Parameter::value_input(0), tee::Parameter::memref_input(*memory, image.size())};
    const auto load = static_cast<std::uint32_t>(tee::Command::load_fw);

    faults.arm_at("tee.LOAD_FW", 0);
    EXPECT_EQ(outcome(client.invoke(bare.session, load, parameters)), "fault-injected");
    EXPECT_TRUE(bare.tee.is_clear(0));
    faults.arm_at("tee.LOAD_FW", 0, FaultKind::refused);
    EXPECT_EQ(*client.invoke(bare.session, load, parameters), tee::ResultCode::generic);
    EXPECT_FALSE(bare.tee.is_clear(0));
    client.unregister_memory(*memory);
}

}  // namespace
}  // namespace rproc::testing
