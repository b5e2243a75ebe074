// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/memory_os.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace rproc::devmem::test {
namespace {

/// A file takes the place of /dev/mem.
struct MemoryOsTest : ::testing::Test {
    MemoryOsTest() {
        std::ofstream(file).put('\0');
        std::filesystem::resize_file(file, 2 * os.page_size());
    }
    ~MemoryOsTest() override { std::filesystem::remove(file); }

    PosixMemoryOs os;
    std::string file = ::testing::TempDir() + "rproc_memory_os_" +
                       std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
                       ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(MemoryOsTest, WhatIsStoredIsInTheFile) {
    const auto fd = os.open(file);
    ASSERT_TRUE(fd);
    const auto mapped = os.map(*fd, os.page_size(), os.page_size());
    ASSERT_TRUE(mapped);
    const RegisterBytes at = mapped->subspan(8).first<4>();
    os.store(at, 0x64636261);
    EXPECT_EQ(os.load(at), 0x64636261U);
    os.unmap(*mapped);
    os.close(*fd);
    std::ifstream in(file, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(os.page_size() + 8));
    std::string text(4, '\0');
    in.read(text.data(), 4);
    EXPECT_EQ(text, "abcd");
}

TEST_F(MemoryOsTest, SaysWhyItFails) {
    EXPECT_EQ(os.open(file + ".missing").error(), std::errc::no_such_file_or_directory);
    const auto fd = os.open(file);
    ASSERT_TRUE(fd);
    EXPECT_EQ(os.map(*fd, 1, os.page_size()).error(), std::errc::invalid_argument);
    EXPECT_EQ(os.map(*fd, 1ULL << 63U, os.page_size()).error(), std::errc::value_too_large);
    os.close(*fd);
}

}  // namespace
}  // namespace rproc::devmem::test
