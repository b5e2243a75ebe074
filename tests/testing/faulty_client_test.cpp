// SPDX-License-Identifier: BSD-2-Clause
// A FaultyClient is unreachable or refuses at the chosen call.
#include <array>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/tee/software_tee.hpp"
#include "rproc/testing/faulty_client.hpp"
#include "tee/tee_fixture.hpp"
#include "testing/wrapper_test.hpp"

namespace rproc::testing {
namespace {

using test::kSecondOp;
using test::outcome;
using test::second_fails;

using FaultyClientTest = test::WrapperTest;

TEST_F(FaultyClientTest, TeeIsUnreachableOrRefuses) {
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
    EXPECT_EQ(*release(), tee::ResultCode::bad_parameters);  // nothing was loaded: the application has no entry

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

TEST_F(FaultyClientTest, RefusedLoadLeavesItsImage) {
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
