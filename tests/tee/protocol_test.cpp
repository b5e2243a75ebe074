// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/protocol.hpp"

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rproc::tee {
namespace {

using ::testing::HasSubstr;

TEST(Protocol, UuidIsThatOfTheTrustedApplication) {
    EXPECT_EQ(to_string(kRemoteprocUuid), "80a4c275-0a47-4905-8285-1486a9771a08");
}

TEST(Protocol, CommandsHaveTheirNumbers) {
    EXPECT_EQ(static_cast<std::uint32_t>(Command::load_fw), 1U);
    EXPECT_EQ(static_cast<std::uint32_t>(Command::start_fw), 2U);
    EXPECT_EQ(static_cast<std::uint32_t>(Command::stop_fw), 3U);
    EXPECT_EQ(static_cast<std::uint32_t>(Command::get_rsc_table), 4U);
    EXPECT_EQ(static_cast<std::uint32_t>(Command::get_coredump), 5U);
    EXPECT_EQ(static_cast<std::uint32_t>(Command::release_fw), 6U);
}

TEST(Protocol, ParameterTypesHaveTheirNumbers) {
    EXPECT_EQ(static_cast<std::uint64_t>(ParamType::none), 0U);
    EXPECT_EQ(static_cast<std::uint64_t>(ParamType::value_input), 1U);
    EXPECT_EQ(static_cast<std::uint64_t>(ParamType::value_output), 2U);
    EXPECT_EQ(static_cast<std::uint64_t>(ParamType::value_inout), 3U);
    EXPECT_EQ(static_cast<std::uint64_t>(ParamType::memref_input), 5U);
    EXPECT_EQ(static_cast<std::uint64_t>(ParamType::memref_output), 6U);
    EXPECT_EQ(static_cast<std::uint64_t>(ParamType::memref_inout), 7U);
}

constexpr std::array<std::pair<std::uint32_t, std::string_view>, 18> kNumbers{{
    {0x00000000, "TEE_SUCCESS"},
    {0xffff0000, "TEE_ERROR_GENERIC"},
    {0xffff0001, "TEE_ERROR_ACCESS_DENIED"},
    {0xffff0005, "TEE_ERROR_BAD_FORMAT"},
    {0xffff0006, "TEE_ERROR_BAD_PARAMETERS"},
    {0xffff0007, "TEE_ERROR_BAD_STATE"},
    {0xffff0008, "TEE_ERROR_ITEM_NOT_FOUND"},
    {0xffff0009, "TEE_ERROR_NOT_IMPLEMENTED"},
    {0xffff000a, "TEE_ERROR_NOT_SUPPORTED"},
    {0xffff000b, "TEE_ERROR_NO_DATA"},
    {0xffff000c, "TEE_ERROR_OUT_OF_MEMORY"},
    {0xffff000d, "TEE_ERROR_BUSY"},
    {0xffff000e, "TEE_ERROR_COMMUNICATION"},
    {0xffff000f, "TEE_ERROR_SECURITY"},
    {0xffff0010, "TEE_ERROR_SHORT_BUFFER"},
    {0xffff3024, "TEE_ERROR_TARGET_DEAD"},
    {0xffff3072, "TEE_ERROR_SIGNATURE_INVALID"},
    {0xf0100001, "TEE_ERROR_CORRUPT_OBJECT"},
}};

TEST(Results, EachNumberHasItsName) {
    EXPECT_EQ(kResults.size(), kNumbers.size());
    for (const auto& [number, name] : kNumbers) {
        const auto info = find_result(number);
        ASSERT_TRUE(info) << name;
        EXPECT_EQ(info->name, name);
        EXPECT_EQ(static_cast<std::uint32_t>(info->code), number);
        EXPECT_EQ(name_of(ResultCode{number}), name);
    }
}

TEST(Results, EachHasADistinctDescription) {
    std::set<std::string_view> meanings;
    for (const ResultInfo& info : kResults) {
        EXPECT_TRUE(meanings.insert(info.meaning).second) << info.name;
        EXPECT_GE(info.meaning.size(), 20U) << info.name;
        EXPECT_GE(info.cause.size(), 15U) << info.name;
    }
}

TEST(Results, SignatureFailureIsDistinct) {
    EXPECT_THAT(std::string(find_result(0xffff3072)->meaning), HasSubstr("is the signature failure"));
    EXPECT_THAT(std::string(find_result(0xffff0006)->meaning), HasSubstr("not a signature failure"));
    EXPECT_THAT(std::string(find_result(0xffff000f)->cause), HasSubstr("hash of a segment"));
}

TEST(Results, UnknownNumbersHaveNoName) {
    for (const std::uint32_t number : {1U, 0xffff0002U, 0xffff3071U, 0xffffffffU}) {
        EXPECT_FALSE(find_result(number)) << number;
        EXPECT_EQ(name_of(ResultCode{number}), "unknown");
    }
    static_assert(!find_result(22) && name_of(ResultCode::security) == "TEE_ERROR_SECURITY");
}

}  // namespace
}  // namespace rproc::tee
