// SPDX-License-Identifier: BSD-2-Clause
#include "golden_image.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mock_tee_client.hpp"
#include "rproc/rproc.hpp"
#include "rproc/tee/tee_context.hpp"

using rproc::tee::Command;
using rproc::tee::OpenedSession;
using rproc::tee::Parameters;
using rproc::tee::ResultCode;
using testing::_;
using testing::AnyNumber;
using testing::NiceMock;
using testing::Return;

namespace {

using M4 = rproc::RemoteProcessor<rproc::tee::Backend<MockTeeClient>, rproc::platform::ModelStm32mp15>;

constexpr std::uint32_t id_of(Command command) { return static_cast<std::uint32_t>(command); }

rproc::FirmwareSource image(const char* name) { return rproc::FirmwareSource(rproc::Firmware(name, {std::byte{1}})); }

constexpr rproc::tee::SessionId kSession{7};

/// A TEE that accepts every command, and reports no resource table.
std::shared_ptr<NiceMock<MockTeeClient>> accepting_tee() {
    auto tee = std::make_shared<NiceMock<MockTeeClient>>();
    ON_CALL(*tee, open_session).WillByDefault(Return(OpenedSession{ResultCode::success, kSession}));
    ON_CALL(*tee, register_memory).WillByDefault(Return(rproc::tee::MemoryId{1}));
    ON_CALL(*tee, invoke).WillByDefault(Return(ResultCode::success));
    return tee;
}

class GoldenImage : public testing::Test {
  protected:
    std::shared_ptr<NiceMock<MockTeeClient>> tee = accepting_tee();
    rproc::tee::TeeContext<MockTeeClient> context{tee};
    M4 m4{*context.register_processor(0),
          rproc::platform::ModelStm32mp15(rproc::platform::embedded_board("stm32mp157c-dk2-tee")->config)};
};

TEST_F(GoldenImage, IsBootedWhenTheTeeRefusesTheSignature) {
    EXPECT_CALL(*tee, invoke(kSession, _, _)).Times(AnyNumber());
    EXPECT_CALL(*tee, invoke(kSession, id_of(Command::load_fw), _))
        .WillOnce(Return(ResultCode::signature_invalid))
        .WillRepeatedly(Return(ResultCode::success));
    EXPECT_CALL(*tee, invoke(kSession, id_of(Command::start_fw), _)).Times(1);

    EXPECT_TRUE(boot_or_fall_back(m4, image("update.signed"), image("golden.signed")));
    EXPECT_EQ(m4.state(), rproc::State::running);
}

TEST_F(GoldenImage, IsNotTriedWhenTheTeeIsGone) {
    context.remove();
    const auto booted = boot_or_fall_back(m4, image("update.signed"), image("golden.signed"));
    ASSERT_FALSE(booted);
    EXPECT_EQ(booted.error().code(), rproc::ErrorCode::tee_gone);
}

}  // namespace
