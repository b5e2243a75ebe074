// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/tee/device_client.hpp"
#include "support/ioctl_recorder.hpp"

namespace rproc::tee {
namespace {

using device::kLargestBlock;
using test::outcome;
using ::testing::HasSubstr;
using Recorded = BasicDeviceClient<test::RecorderOs>;

constexpr std::size_t kMiB = std::size_t{1} << 20U;
constexpr std::uint64_t kFirstMemory = 21;  // the kernel's id of it, in the model of the driver

std::vector<std::byte> numbered_bytes(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 256);
    return bytes;
}

TEST(DevicePages, HoldNothingElseThanTheCopy) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{4095}, std::size_t{4096}, std::size_t{5000}}) {
        const auto bytes = numbered_bytes(size);
        const auto pages = device::Pages::copy_of(bytes);
        ASSERT_TRUE(pages.has_value());
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pages->data()) % 4096, 0U);
        EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), pages->data()));
        const std::span rest(pages->data() + size, (4096 - size % 4096) % 4096);
        EXPECT_TRUE(std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{0}; })) << size;
    }
}

class DeviceMemoryTest : public ::testing::Test {
  protected:
    void TearDown() override {
        client.reset();
        EXPECT_THAT(driver.complaints(), ::testing::IsEmpty());
        EXPECT_TRUE(driver.nothing_is_left());
    }

    /// A client of a TEE that registers memory, or not.
    Recorded& open(std::uint32_t capabilities = TEE_GEN_CAP_GP | TEE_GEN_CAP_REG_MEM) {
        driver.nodes = {{"/dev/tee0", {.capabilities = capabilities}}};
        client = Recorded::open(test::RecorderOs(driver)).value();
        return *client;
    }

    /// Has the TEE read the memory in a command; what it read.
    std::vector<std::byte> read_by_the_tee(MemoryId memory, std::uint64_t size) {
        std::vector<std::byte> seen;
        driver.application = [&](std::uint32_t, std::span<tee_ioctl_param> parameters) {
            const auto bytes = driver.memory(parameters[1].c).subspan(parameters[1].a, parameters[1].b);
            seen.assign(bytes.begin(), bytes.end());
            return 0U;
        };
        Parameters parameters{Parameter::value_input(0)};
        const auto session = client->open_session(kRemoteprocUuid, parameters).value();
        parameters[1] = Parameter::memref_input(memory, size);
        EXPECT_EQ(outcome(client->invoke(session.session, static_cast<std::uint32_t>(Command::load_fw), parameters)),
                  "ok");
        client->close_session(session.session);
        return seen;
    }

    test::TeeDriver driver;
    std::optional<Recorded> client;
};

TEST_F(DeviceMemoryTest, ImagesUpToFourMebibytesAreAllocated) {
    open();
    const auto bytes = numbered_bytes(kLargestBlock);
    const auto memory = client->register_memory(bytes);
    ASSERT_EQ(outcome(memory), "ok");
    EXPECT_EQ(driver.registrations(), 0U);
    EXPECT_EQ(driver.mappings(), 1U);
    EXPECT_EQ(read_by_the_tee(*memory, bytes.size()), bytes);
}

TEST_F(DeviceMemoryTest, LargerImagesAreRegistered) {
    open();
    for (const std::size_t size : {kLargestBlock + 1, 5 * kMiB, 15 * kMiB + 5}) {
        const auto bytes = numbered_bytes(size);
        const auto memory = client->register_memory(bytes);
        ASSERT_EQ(outcome(memory), "ok") << size;
        EXPECT_EQ(driver.registrations(), 1U);
        EXPECT_EQ(driver.mappings(), 0U);
        EXPECT_EQ(driver.descriptors(), 2U) << "the device and the registration";
        EXPECT_EQ(read_by_the_tee(*memory, size), bytes);
        client->unregister_memory(*memory);
        EXPECT_EQ(driver.descriptors(), 1U);
        EXPECT_EQ(driver.memories(), 0U);
    }
}

TEST_F(DeviceMemoryTest, ARegistrationIsACopyThatOutlivesTheBytes) {
    open();
    auto bytes = numbered_bytes(5 * kMiB);
    const auto before = bytes;
    const auto memory = client->register_memory(bytes).value();
    std::ranges::fill(bytes, std::byte{0});
    bytes = {};
    EXPECT_EQ(read_by_the_tee(memory, before.size()), before);
}

TEST_F(DeviceMemoryTest, TheSizeOfAMemrefIsThatOfTheBytesNotOfThePages) {
    open();
    const auto memory = client->register_memory(numbered_bytes(5 * kMiB + 1)).value();
    Parameters parameters{Parameter::value_input(0)};
    const auto session = client->open_session(kRemoteprocUuid, parameters).value();
    parameters[1] = Parameter::memref_input(memory, 5 * kMiB + 2);
    EXPECT_EQ(outcome(client->invoke(session.session, 1, parameters)), "tee-unreachable");
}

TEST_F(DeviceMemoryTest, AnImageIsRegisteredWhenTheKernelHasNoBlockForIt) {
    open();
    driver.largest_block = kMiB;
    const auto bytes = numbered_bytes(2 * kMiB);
    const auto memory = client->register_memory(bytes);
    ASSERT_EQ(outcome(memory), "ok");
    EXPECT_EQ(driver.registrations(), 1U);
    EXPECT_EQ(read_by_the_tee(*memory, bytes.size()), bytes);
}

TEST_F(DeviceMemoryTest, WithoutTheCapabilityAPoolMayHaveALargerBlock) {
    open(TEE_GEN_CAP_GP);
    driver.largest_block = 8 * kMiB;
    EXPECT_EQ(outcome(client->register_memory(numbered_bytes(5 * kMiB))), "ok");
    EXPECT_EQ(driver.registrations(), 0U);
}

TEST_F(DeviceMemoryTest, AnErrorNamesTheLimitsOfBothKinds) {
    open(TEE_GEN_CAP_GP);
    const auto no_registration = client->register_memory(numbered_bytes(5 * kMiB));
    ASSERT_EQ(outcome(no_registration), "tee-unreachable");
    EXPECT_THAT(
        no_registration.error().message(),
        HasSubstr("5242880 bytes cannot be shared with OP-TEE: a block of the kernel (TEE_IOC_SHM_ALLOC) failed: "
                  "Cannot allocate memory; memory of this program (TEE_IOC_SHM_REGISTER) is not offered"));
    EXPECT_THAT(no_registration.error().hint(), ::testing::AllOf(HasSubstr("4 MiB"), HasSubstr("16 MiB")));

    open();
    driver.largest_registration = 6 * kMiB;
    const auto large = client->register_memory(numbered_bytes(7 * kMiB));
    EXPECT_THAT(
        large.error().message(),
        HasSubstr("(TEE_IOC_SHM_ALLOC) has at most 4 MiB; memory of this program (TEE_IOC_SHM_REGISTER) failed: "
                  "Cannot allocate memory"));
    driver.largest_registration = 1;
    driver.largest_block = 1;
    EXPECT_THAT(client->register_memory(numbered_bytes(100)).error().message(),
                HasSubstr("(TEE_IOC_SHM_ALLOC) failed: Cannot allocate memory; memory of this program "
                          "(TEE_IOC_SHM_REGISTER) failed: Cannot allocate memory"));
}

TEST_F(DeviceMemoryTest, ARemovedDeviceIsNotAskedTwice) {
    open();
    driver.fail_call(driver.calls() + 1, std::errc::no_such_device);
    const std::size_t calls = driver.calls();
    EXPECT_EQ(outcome(client->register_memory(numbered_bytes(10))), "tee-gone");
    EXPECT_EQ(driver.calls(), calls + 1);
    driver.fail_call(driver.calls() + 1, std::errc::permission_denied);
    EXPECT_EQ(outcome(client->register_memory(numbered_bytes(5 * kMiB))), "tee-device-denied");
}

TEST_F(DeviceMemoryTest, DestructionOfTheClientEndsAllSharing) {
    open();
    ASSERT_EQ(outcome(client->register_memory(numbered_bytes(5 * kMiB))), "ok");
    ASSERT_EQ(outcome(client->register_memory(numbered_bytes(10))), "ok");
    Recorded moved = *std::move(client);
    client.reset();
    EXPECT_EQ(driver.memory(kFirstMemory).size(), 5 * kMiB);
    EXPECT_EQ(driver.memories(), 2U);
}

}  // namespace
}  // namespace rproc::tee
