// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/memory_device.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "devmem/fake_os.hpp"

namespace rproc::devmem::test {
namespace {

TEST(MemoryDevice, EachReasonNotToOpenIsItsOwnErrorWithAHint) {
    const std::pair<std::errc, ErrorCode> reasons[]{
        {std::errc::no_such_file_or_directory, ErrorCode::devmem_missing},
        {std::errc::no_such_device_or_address, ErrorCode::devmem_missing},
        {std::errc::permission_denied, ErrorCode::devmem_denied},
        {std::errc::operation_not_permitted, ErrorCode::devmem_denied},
        {std::errc::too_many_files_open, ErrorCode::devmem_failed},
    };
    for (const auto& [reason, code] : reasons) {
        FakeOs os;
        os.state->closed_files["/dev/mem"] = reason;
        const auto device = MemoryDevice<FakeOs>::open({}, os);
        ASSERT_FALSE(device);
        EXPECT_EQ(device.error().code(), code);
        EXPECT_EQ(device.error().place(), Place(place::File{"/dev/mem"}));
        EXPECT_EQ(device.error().hint().empty(), code == ErrorCode::devmem_failed) << device.error().message();
    }
}

TEST(MemoryDevice, EachReasonNotToMapIsItsOwnError) {
    const std::pair<std::errc, ErrorCode> reasons[]{
        {std::errc::operation_not_permitted, ErrorCode::devmem_strict},
        {std::errc::permission_denied, ErrorCode::devmem_denied},
        {std::errc::invalid_argument, ErrorCode::devmem_failed},
    };
    for (const auto& [reason, code] : reasons) {
        FakeOs os;
        const auto device = MemoryDevice<FakeOs>::open({}, os);
        ASSERT_TRUE(device);
        os.state->map_error = reason;
        const auto pages = device->map(range(0x1000, 4));
        ASSERT_FALSE(pages);
        EXPECT_EQ(pages.error().code(), code);
    }
}

TEST(MemoryDevice, ShowsBytesThatNeitherBeginNorEndAtAPage) {
    const FakeOs os;
    os.set_word(0x2ffc, 0x11223344);
    os.set_word(0x3000, 0x55667788);
    const auto device = MemoryDevice<FakeOs>::open({}, os);
    auto pages = device->map(range(0x2ffc, 8));
    ASSERT_TRUE(pages) << pages.error().message();
    EXPECT_EQ(pages->bytes().size(), 8U);
    EXPECT_EQ(pages->load(0), 0x11223344U);
    EXPECT_EQ(pages->load(4), 0x55667788U);
}

TEST(MemoryDevice, GivesBackMappingsAndTheFile) {
    const FakeOs os;
    {
        auto device = MemoryDevice<FakeOs>::open({}, os);
        auto first = *device->map(range(0x1000, 4));
        auto second = *device->map(range(0x2000, 4));
        EXPECT_EQ(os.state->mappings, 2);
        first = std::move(second);
        auto third = std::move(first);
        EXPECT_EQ(third.bytes().size(), 4U);
    }
    EXPECT_EQ(os.state->mappings, 0);
    EXPECT_EQ(os.state->open_files, 0);
}

// The kernel shows map N of a UIO device from page N on, whatever its address.
TEST(MemoryDevice, AUioDeviceShowsItsMapFromThePageOfItsNumber) {
    const FakeOs os;
    os.set_word(2 * FakeOs::kPage + 0x14, 0xcafe);
    const auto device = MemoryDevice<FakeOs>::open({"/dev/uio0", MemoryFile::UioMap{2, range(0x50000000, 0x1000)}}, os);
    auto pages = device->map(range(0x50000010, 8));
    ASSERT_TRUE(pages) << pages.error().message();
    EXPECT_EQ(os.state->offsets, std::vector<std::uint64_t>{2 * FakeOs::kPage});
    EXPECT_EQ(pages->load(4), 0xcafeU);
    EXPECT_EQ(device->map(range(0x50000ffc, 8)).error().code(), ErrorCode::devmem_failed);
    EXPECT_EQ(device->map(range(0x1000, 8)).error().code(), ErrorCode::devmem_failed);
}

TEST(MemoryDevice, NoBytesAndMoreThanAnAddressSpaceAreRefused) {
    const auto device = MemoryDevice<FakeOs>::open({}, FakeOs{});
    EXPECT_EQ(device->map(range(0x1000, 0)).error().code(), ErrorCode::devmem_failed);
    EXPECT_EQ(device->map(range(0xfff, 0xfffffffffffff000)).error().code(), ErrorCode::devmem_failed);
}

}  // namespace
}  // namespace rproc::devmem::test
