// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_client.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "support/ioctl_recorder.hpp"

namespace rproc::tee {
namespace {

using test::outcome;
using ::testing::HasSubstr;
using Recorded = BasicDeviceClient<test::RecorderOs>;
static_assert(Client<Recorded>);

constexpr auto kLoad = static_cast<std::uint32_t>(Command::load_fw);
constexpr std::uint32_t kSuccess = 0;

std::vector<std::byte> some_bytes(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + 1);
    return bytes;
}

/// The bytes of an ioctl argument on a little-endian host, at the offsets of the kernel's interface.
class Expected {
  public:
    explicit Expected(std::size_t size) : bytes_(size) {}
    Expected& put(std::size_t offset, std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) bytes_.at(offset + i) = static_cast<std::byte>(value >> (8 * i));
        return *this;
    }
    Expected& u32(std::size_t offset, std::uint32_t value) { return put(offset, value, 4); }
    Expected& u64(std::size_t offset, std::uint64_t value) { return put(offset, value, 8); }
    [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

class DeviceClientTest : public ::testing::Test {
  protected:
    void TearDown() override {
        EXPECT_THAT(driver.complaints(), ::testing::IsEmpty());
        EXPECT_TRUE(driver.nothing_is_left());
    }

    test::RecorderOs os() { return test::RecorderOs(driver); }
    Recorded opened() { return Recorded::open(os()).value(); }
    Result<Recorded> search() { return Recorded::open(os()); }

    /// Opens a session, shares memory and invokes a command, as a boot does; returns the first error.
    Result<ResultCode> open_and_load() {
        RPROC_TRY_ASSIGN(Recorded client, Recorded::open(os()));
        Parameters parameters{Parameter::value_input(0)};
        RPROC_TRY_ASSIGN(const OpenedSession session, client.open_session(kRemoteprocUuid, parameters));
        RPROC_TRY_ASSIGN(const MemoryId memory, client.register_memory(some_bytes(5000)));
        parameters[1] = Parameter::memref_input(memory, 5000);
        RPROC_TRY_ASSIGN(const ResultCode result, client.invoke(session.session, kLoad, parameters));
        client.unregister_memory(memory);
        client.close_session(session.session);
        return result;
    }

    test::TeeDriver driver;
};

TEST_F(DeviceClientTest, OpenSessionHasTheLayoutOfTheKernelsInterface) {
    Recorded client = opened();
    Parameters parameters{Parameter::value_input(0x11223344, 5)};
    const auto session = client.open_session(kRemoteprocUuid, parameters);

    ASSERT_TRUE(session.has_value());
    EXPECT_EQ(session->result, ResultCode::success);
    Expected expected(56 + 4 * 32);
    for (std::size_t i = 0; i < kRemoteprocUuid.size(); ++i) expected.put(i, kRemoteprocUuid[i], 1);
    expected.u32(52, 4);                                 // num_params
    expected.u64(56, 1).u64(64, 0x11223344).u64(72, 5);  // value input
    EXPECT_EQ(driver.last_message(), expected.bytes());
    EXPECT_EQ(driver.sessions(), 1U);
    client.close_session(session->session);
    EXPECT_EQ(driver.sessions(), 0U);
}

TEST_F(DeviceClientTest, InvokeHasTheLayoutOfTheKernelsInterface) {
    Recorded client = opened();
    Parameters none{};
    const auto session = client.open_session(kRemoteprocUuid, none);
    const MemoryId memory = client.register_memory(some_bytes(64)).value();

    Parameters parameters{Parameter::value_input(3), Parameter::memref_input(memory, 40), Parameter::value_output()};
    parameters[1].offset = 8;
    parameters[2].a = 99;  // of an output parameter, so not sent
    ASSERT_TRUE(client.invoke(session->session, kLoad, parameters).has_value());

    Expected expected(24 + 4 * 32);
    expected.u32(0, 1).u32(4, static_cast<std::uint32_t>(session->session)).u32(20, 4);
    expected.u64(24, 1).u64(32, 3);                          // value input
    expected.u64(56, 5).u64(64, 8).u64(72, 40).u64(80, 21);  // memref input: offset, size, the kernel's shm id
    expected.u64(88, 2);                                     // value output
    EXPECT_EQ(driver.last_message(), expected.bytes());
}

TEST_F(DeviceClientTest, FillsInTheOutputParameters) {
    driver.application = [](std::uint32_t, std::span<tee_ioctl_param> parameters) {
        for (auto& parameter : parameters) parameter = {parameter.attr, 0x1000, 0x20, 0x77};
        return kSuccess;
    };
    Recorded client = opened();
    Parameters parameters{};
    const auto session = client.open_session(kRemoteprocUuid, parameters);
    const MemoryId memory = client.register_memory(some_bytes(64)).value();

    const Parameter input = Parameter::value_input(1, 2);
    Parameter both{.type = ParamType::value_inout, .a = 8, .b = 9};
    Parameter written{.type = ParamType::memref_output, .memory = memory, .size = 64};
    parameters = {input, Parameter::value_output(), both, written};
    EXPECT_EQ(client.invoke(session->session, kLoad, parameters).value(), ResultCode::success);

    EXPECT_EQ(parameters[0], input);
    EXPECT_EQ(parameters[1].value(), 0x20'0000'1000U);
    EXPECT_EQ(parameters[2].value(), 0x20'0000'1000U);
    EXPECT_EQ(parameters[3].size, 0x20U);
    EXPECT_EQ(parameters[3].memory, memory);
}

TEST_F(DeviceClientTest, RefusalIsAValueAndLeavesTheParametersUnchanged) {
    driver.open_result = 0xffff0001;
    Recorded client = opened();
    Parameters parameters{Parameter::value_input(0)};
    EXPECT_EQ(client.open_session(kRemoteprocUuid, parameters)->result, ResultCode::access_denied);

    driver.open_result = 0;
    const auto session = client.open_session(kRemoteprocUuid, parameters);
    driver.application = [](std::uint32_t, std::span<tee_ioctl_param> written) {
        written[1].a = 5;
        return 0xffff3072U;
    };
    parameters[1] = Parameter::value_output();
    EXPECT_EQ(client.invoke(session->session, kLoad, parameters).value(), ResultCode::signature_invalid);
    EXPECT_EQ(parameters[1], Parameter::value_output());
}

TEST_F(DeviceClientTest, TeeReceivesACopyOfTheMemory) {
    auto bytes = some_bytes(5000);
    const auto before = bytes;
    Recorded client = opened();
    const MemoryId memory = client.register_memory(bytes).value();
    bytes.assign(bytes.size(), std::byte{0});

    const auto shared = driver.memory(21);
    EXPECT_TRUE(std::equal(before.begin(), before.end(), shared.begin()));
    EXPECT_EQ(driver.descriptors(), 1U) << "the descriptor of the shared memory is closed";
    EXPECT_EQ(driver.mappings(), 1U);
    client.unregister_memory(memory);
    EXPECT_EQ(driver.memories(), 0U);
}

TEST_F(DeviceClientTest, EmptyMemoryCanBeRegistered) {
    Recorded client = opened();
    Parameters parameters{};
    const auto session = client.open_session(kRemoteprocUuid, parameters);
    const auto memory = client.register_memory({});
    ASSERT_TRUE(memory.has_value()) << memory.error().message();
    parameters[0] = Parameter::memref_input(*memory, 0);
    EXPECT_EQ(outcome(client.invoke(session->session, kLoad, parameters)), "ok");
}

TEST_F(DeviceClientTest, MemrefOutsideItsMemoryIsNotSent) {
    Recorded client = opened();
    Parameters parameters{};
    const auto session = client.open_session(kRemoteprocUuid, parameters);
    const MemoryId memory = client.register_memory(some_bytes(64)).value();
    const std::size_t calls = driver.calls();

    parameters[0] = Parameter::memref_input(memory, 65);
    const auto longer = client.invoke(session->session, kLoad, parameters);
    ASSERT_FALSE(longer.has_value());
    EXPECT_EQ(longer.error().code(), ErrorCode::tee_unreachable);
    EXPECT_EQ(longer.error().what(), "a parameter refers to 65 bytes from offset 0 of memory that has 64");
    parameters[0] = Parameter::memref_input(memory, 2);
    parameters[0].offset = UINT64_MAX;
    EXPECT_EQ(outcome(client.invoke(session->session, kLoad, parameters)), "tee-unreachable");

    client.unregister_memory(memory);
    parameters[0] = Parameter::memref_input(memory, 1);
    EXPECT_THAT(client.invoke(session->session, kLoad, parameters).error().what(), HasSubstr("is not registered"));
    EXPECT_THAT(client.open_session(kRemoteprocUuid, parameters).error().what(), HasSubstr("is not registered"));
    EXPECT_EQ(driver.calls(), calls);
}

TEST_F(DeviceClientTest, DestructorClosesAndUnmapsEverything) {
    {
        Recorded client = opened();
        Parameters parameters{};
        ASSERT_TRUE(client.open_session(kRemoteprocUuid, parameters).has_value());
        ASSERT_TRUE(client.register_memory(some_bytes(10)).has_value());
        ASSERT_TRUE(client.register_memory(some_bytes(20)).has_value());
        EXPECT_EQ(driver.memories(), 2U);
    }
    EXPECT_TRUE(driver.nothing_is_left());
}

TEST_F(DeviceClientTest, MoveTransfersTheSession) {
    Recorded first = opened();
    Parameters parameters{};
    const auto session = first.open_session(kRemoteprocUuid, parameters);
    const MemoryId memory = first.register_memory(some_bytes(10)).value();

    Recorded second = std::move(first);
    parameters[0] = Parameter::memref_input(memory, 10);
    EXPECT_EQ(outcome(second.invoke(session->session, kLoad, parameters)), "ok");
    EXPECT_EQ(second.path(), "/dev/tee0");

    Recorded third = opened();
    ASSERT_TRUE(third.register_memory(some_bytes(10)).has_value());
    third = std::move(second);
    EXPECT_EQ(driver.memories(), 1U);
    EXPECT_EQ(outcome(third.invoke(session->session, kLoad, parameters)), "ok");
}

TEST_F(DeviceClientTest, TakesTheFirstOpteeDevice) {
    driver.nodes = {{"/dev/tee0", {.implementation = 2}},
                    {"/dev/tee1", {.open_error = std::errc::permission_denied}},
                    {"/dev/tee2", {.version_error = std::errc::io_error}},
                    {"/dev/tee5", {}},
                    {"/dev/tee6", {}}};
    const auto client = search();
    ASSERT_TRUE(client.has_value()) << client.error().message();
    EXPECT_EQ(client->path(), "/dev/tee5");
    EXPECT_EQ(driver.descriptors(), 1U);
}

TEST_F(DeviceClientTest, OpensOnlyTheNamedDevice) {
    driver.nodes = {{"/dev/tee0", {}}, {"/dev/tee3", {}}, {"/dev/tee4", {.implementation = 9}}};
    EXPECT_EQ(Recorded::open_device("/dev/tee3", os())->path(), "/dev/tee3");

    const auto other = Recorded::open_device("/dev/tee4", os());
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().code(), ErrorCode::tee_device_missing);
    EXPECT_EQ(other.error().message(), "/dev/tee4: there is no OP-TEE: /dev/tee4 is TEE implementation 9");
    EXPECT_EQ(outcome(Recorded::open_device("/dev/tee7", os())), "tee-device-missing");
}

TEST_F(DeviceClientTest, MissingDeviceErrorNamesTheSearchedPaths) {
    driver.nodes.clear();
    const auto client = search();
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code(), ErrorCode::tee_device_missing);
    EXPECT_EQ(client.error().message(), "/dev/tee0 to /dev/tee15: there is no TEE device");
    EXPECT_THAT(client.error().hint(), HasSubstr("CONFIG_OPTEE"));
}

TEST_F(DeviceClientTest, OtherImplementationsAreNamedInTheError) {
    driver.nodes = {{"/dev/tee0", {.implementation = 2}}, {"/dev/tee1", {.implementation = 3}}};
    EXPECT_EQ(search().error().what(), "there is no OP-TEE: /dev/tee0 is AMD-TEE, /dev/tee1 is TEE implementation 3");
}

TEST_F(DeviceClientTest, PermissionErrorHasPriority) {
    driver.nodes = {{"/dev/tee0", {.implementation = 2}},
                    {"/dev/tee1", {.version_error = std::errc::io_error}},
                    {"/dev/tee2", {.open_error = std::errc::permission_denied}}};
    const auto client = search();
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code(), ErrorCode::tee_device_denied);
    EXPECT_EQ(client.error().where(), "/dev/tee2");
    EXPECT_THAT(client.error().hint(), HasSubstr("group"));
}

TEST_F(DeviceClientTest, DeviceWithoutAVersionIsUnreachable) {
    driver.nodes = {{"/dev/tee0", {.version_error = std::errc::io_error}}, {"/dev/tee1", {.implementation = 2}}};
    const auto client = search();
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code(), ErrorCode::tee_unreachable);
    EXPECT_EQ(client.error().message(), "/dev/tee0: opening the device failed: Input/output error");
}

TEST_F(DeviceClientTest, InterruptedCallIsRepeated) {
    ASSERT_EQ(outcome(open_and_load()), "ok");
    const std::size_t calls = driver.calls();
    for (std::size_t k = 1; k <= calls; ++k) {
        driver.fail_call(driver.calls() + k, std::errc::interrupted);
        EXPECT_EQ(outcome(open_and_load()), "ok") << "call " << k;
    }
    EXPECT_EQ(driver.calls(), calls + calls * (calls + 1));
}

/// The error when the call with this number of `open_and_load` fails: 1 open, 2 version, 3 open session,
/// 4 allocate, 5 map, 6 invoke, 7 close session.
std::string expected_outcome(std::size_t call, std::errc error) {
    if (call == 7) return "ok";  // not reported: the kernel closes the session with the device
    if (error == std::errc::permission_denied || error == std::errc::operation_not_permitted)
        return "tee-device-denied";
    if (error == std::errc::no_such_device) return call <= 2 ? "tee-device-missing" : "tee-gone";
    return "tee-unreachable";
}

TEST_F(DeviceClientTest, FailureOfAnyCallLeaksNothingAndTheNextBootWorks) {
    ASSERT_EQ(outcome(open_and_load()), "ok");
    ASSERT_EQ(driver.calls(), 7U);
    for (const std::errc error :
         {std::errc::no_such_device, std::errc::permission_denied, std::errc::operation_not_permitted,
          std::errc::not_enough_memory, std::errc::invalid_argument, std::errc::bad_address, std::errc::io_error}) {
        for (std::size_t k = 1; k <= 7; ++k) {
            SCOPED_TRACE(std::make_error_code(error).message() + " in call " + std::to_string(k));
            driver.fail_call(driver.calls() + k, error);
            EXPECT_EQ(outcome(open_and_load()), expected_outcome(k, error));
            EXPECT_TRUE(driver.nothing_is_left());
            EXPECT_EQ(outcome(open_and_load()), "ok");
        }
    }
}

TEST_F(DeviceClientTest, RemovedDeviceIsNamedInTheError) {
    Recorded client = opened();
    Parameters parameters{};
    const auto session = client.open_session(kRemoteprocUuid, parameters);
    driver.fail_call(driver.calls() + 1, std::errc::no_such_device);
    const auto result = client.invoke(session->session, kLoad, parameters);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), ErrorCode::tee_gone);
    EXPECT_EQ(result.error().message(), "/dev/tee0: running a command failed: the TEE is gone");
}

TEST_F(DeviceClientTest, ExhaustedSharedMemoryIsReported) {
    Recorded client = opened();
    driver.fail_call(driver.calls() + 1, std::errc::not_enough_memory);
    const auto memory = client.register_memory(some_bytes(10));
    ASSERT_FALSE(memory.has_value());
    EXPECT_EQ(memory.error().code(), ErrorCode::tee_unreachable);
    EXPECT_EQ(
        memory.error().what(),
        "10 bytes cannot be shared with OP-TEE: a block of the kernel (TEE_IOC_SHM_ALLOC) failed: Cannot allocate "
        "memory; memory of this program (TEE_IOC_SHM_REGISTER) is not offered by this TEE (no TEE_GEN_CAP_REG_MEM)");
    EXPECT_THAT(memory.error().hint(), HasSubstr("smaller image"));
}

TEST(IoctlClient, ADeviceThatIsNoTeeIsNamed) {
    const auto client = IoctlClient::open_device("/dev/null");
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code(), ErrorCode::tee_device_missing);
    EXPECT_EQ(client.error().what(), "there is no OP-TEE: /dev/null is no TEE");
    EXPECT_EQ(outcome(IoctlClient::open_device("/dev/null/tee0")), "tee-device-missing");
}

}  // namespace
}  // namespace rproc::tee
