// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/libteec_client.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "support/teec/fake_libteec.hpp"

namespace rproc::tee {
namespace {

using test::fake_libteec;
using test::outcome;
using ::testing::HasSubstr;

constexpr auto kLoad = static_cast<std::uint32_t>(Command::load_fw);
constexpr TEEC_Result kAccessDenied = 0xffff0001;
constexpr TEEC_Result kItemNotFound = 0xffff0008;
constexpr TEEC_Result kCommunication = 0xffff000e;

class LibteecClientTest : public ::testing::Test {
  protected:
    void SetUp() override { fake_libteec() = {}; }
    void TearDown() override {
        EXPECT_THAT(fake_libteec().complaints, ::testing::IsEmpty());
        EXPECT_TRUE(fake_libteec().nothing_is_left());
    }

    static void fail_call(std::size_t ahead, TEEC_Result failure, std::uint32_t origin) {
        fake_libteec().failing_call = fake_libteec().calls + ahead;
        fake_libteec().failure = failure;
        fake_libteec().failure_origin = origin;
    }

    Result<ResultCode> open_and_load() {
        RPROC_TRY_ASSIGN(LibteecClient client, LibteecClient::open());
        Parameters parameters{Parameter::value_input(0)};
        RPROC_TRY_ASSIGN(const OpenedSession session, client.open_session(kRemoteprocUuid, parameters));
        if (session.result != ResultCode::success) return session.result;
        RPROC_TRY_ASSIGN(const MemoryId memory, client.register_memory(bytes));
        parameters[1] = Parameter::memref_input(memory, bytes.size());
        RPROC_TRY_ASSIGN(const ResultCode result, client.invoke(session.session, kLoad, parameters));
        client.unregister_memory(memory);
        client.close_session(session.session);
        return result;
    }

    const std::vector<std::byte> bytes{100, std::byte{0x5a}};
};

TEST_F(LibteecClientTest, OpensTheApplicationWithItsParameters) {
    auto client = LibteecClient::open().value();
    Parameters parameters{Parameter::value_input(3, 4)};
    const auto session = client.open_session(kRemoteprocUuid, parameters);
    ASSERT_TRUE(session.has_value());
    EXPECT_EQ(session->result, ResultCode::success);

    const TEEC_UUID& uuid = fake_libteec().last_application;
    EXPECT_EQ(uuid.timeLow, 0x80a4c275U);
    EXPECT_EQ(uuid.timeMid, 0x0a47U);
    EXPECT_EQ(uuid.timeHiAndVersion, 0x4905U);
    EXPECT_THAT(uuid.clockSeqAndNode, ::testing::ElementsAre(0x82, 0x85, 0x14, 0x86, 0xa9, 0x77, 0x1a, 0x08));
    EXPECT_EQ(fake_libteec().last_operation.paramTypes, 0x1U);
    EXPECT_EQ(fake_libteec().last_operation.params[0].value.a, 3U);
    EXPECT_EQ(fake_libteec().last_operation.params[0].value.b, 4U);
    client.close_session(session->session);
    EXPECT_TRUE(fake_libteec().sessions.empty());
}

TEST_F(LibteecClientTest, PassesMemoryAndReturnsTheOutputs) {
    fake_libteec().application = [&](std::uint32_t command, TEEC_Operation& operation) {
        const auto& memref = operation.params[0].memref;
        const auto* const shared = static_cast<const std::byte*>(memref.parent->buffer);
        EXPECT_EQ(command, kLoad);
        EXPECT_EQ(memref.offset, 10U);
        EXPECT_EQ(memref.size, 90U);
        EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), shared));
        operation.params[1].value = {7, 8};
        operation.params[2].value.a += 1;
        operation.params[3].memref.size = 12;
        return TEEC_SUCCESS;
    };
    auto client = LibteecClient::open().value();
    Parameters none{};
    const auto session = client.open_session(kRemoteprocUuid, none);
    const MemoryId memory = client.register_memory(bytes).value();
    Parameters parameters{Parameter::memref_input(memory, 90),
                          Parameter::value_output(),
                          {.type = ParamType::value_inout, .a = 20, .b = 30},
                          {.type = ParamType::memref_inout, .memory = memory, .size = 100}};
    parameters[0].offset = 10;
    EXPECT_EQ(client.invoke(session->session, kLoad, parameters).value(), ResultCode::success);

    EXPECT_EQ(fake_libteec().last_operation.paramTypes, 0xf32dU);
    EXPECT_EQ(parameters[1].value(), 0x8'0000'0007U);
    EXPECT_EQ(parameters[2].a, 21U);
    EXPECT_EQ(parameters[2].b, 30U);
    EXPECT_EQ(parameters[3].size, 12U);
}

TEST_F(LibteecClientTest, RefusalOfTheTeeIsAValue) {
    fail_call(2, kAccessDenied, TEEC_ORIGIN_TEE);
    EXPECT_EQ(open_and_load().value(), ResultCode::access_denied);
    fail_call(4, 0xffff3072, TEEC_ORIGIN_TRUSTED_APP);
    EXPECT_EQ(open_and_load().value(), ResultCode::signature_invalid);
}

TEST_F(LibteecClientTest, MissingTeeIsReported) {
    fail_call(1, kItemNotFound, 0);
    const auto client = LibteecClient::open();
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code(), ErrorCode::tee_device_missing);
    EXPECT_THAT(client.error().what(), HasSubstr("libteec returned TEE_ERROR_ITEM_NOT_FOUND (0xffff0008)"));
}

TEST_F(LibteecClientTest, FailureOfAnyCallLeaksNothingAndTheNextBootWorks) {
    ASSERT_EQ(outcome(open_and_load()), "ok");
    ASSERT_EQ(fake_libteec().calls, 4U);
    for (std::size_t k = 1; k <= 4; ++k) {
        for (const std::uint32_t origin : {TEEC_ORIGIN_API, TEEC_ORIGIN_COMMS}) {
            SCOPED_TRACE("call " + std::to_string(k) + ", origin " + std::to_string(origin));
            fail_call(k, kCommunication, origin);
            EXPECT_EQ(outcome(open_and_load()), "tee-unreachable");
            fail_call(k, kAccessDenied, origin);
            EXPECT_EQ(outcome(open_and_load()), "tee-device-denied");
            EXPECT_TRUE(fake_libteec().nothing_is_left());
            EXPECT_EQ(outcome(open_and_load()), "ok");
        }
    }
}

TEST_F(LibteecClientTest, MemrefOutsideItsMemoryIsNotSent) {
    auto client = LibteecClient::open().value();
    Parameters parameters{};
    const auto session = client.open_session(kRemoteprocUuid, parameters);
    const MemoryId memory = client.register_memory(bytes).value();
    const std::size_t calls = fake_libteec().calls;

    parameters[0] = Parameter::memref_input(memory, bytes.size() + 1);
    EXPECT_EQ(outcome(client.invoke(session->session, kLoad, parameters)), "tee-unreachable");
    client.unregister_memory(memory);
    parameters[0] = Parameter::memref_input(memory, 1);
    EXPECT_THAT(client.invoke(session->session, kLoad, parameters).error().what(), HasSubstr("is not registered"));
    parameters[0] = {};
    EXPECT_THAT(client.invoke(SessionId{99}, kLoad, parameters).error().what(), "session 99 is not open");
    EXPECT_EQ(fake_libteec().calls, calls);
}

TEST_F(LibteecClientTest, EmptyMemoryCanBeRegistered) {
    auto client = LibteecClient::open().value();
    EXPECT_EQ(outcome(client.register_memory({})), "ok");
}

TEST_F(LibteecClientTest, MoveTransfersTheSessionAndTheDestructorClosesIt) {
    auto first = LibteecClient::open().value();
    Parameters parameters{};
    const auto session = first.open_session(kRemoteprocUuid, parameters);
    const auto memory = first.register_memory(bytes);
    LibteecClient second = std::move(first);
    parameters[0] = Parameter::memref_input(memory.value(), 1);
    EXPECT_EQ(outcome(second.invoke(session->session, kLoad, parameters)), "ok");
}

}  // namespace
}  // namespace rproc::tee
