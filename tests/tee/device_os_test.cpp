// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_os.hpp"

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include <gtest/gtest.h>

namespace rproc::tee {
namespace {

TEST(PosixOs, MappingWritesToTheFile) {
    const std::string path = ::testing::TempDir() + "rproc_posix_os";
    std::ofstream(path) << "before";
    PosixOs os;
    const auto fd = os.open(path);
    ASSERT_TRUE(fd.has_value());
    const auto bytes = os.map(*fd, 6);
    ASSERT_TRUE(bytes.has_value());
    ASSERT_EQ(bytes->size(), 6U);
    os.close(*fd);
    bytes->front() = std::byte{'B'};
    os.unmap(*bytes);

    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "Before");
    std::remove(path.c_str());
}

TEST(PosixOs, FailuresAreTheErrno) {
    PosixOs os;
    EXPECT_EQ(os.open("/dev/null/tee0").error(), std::errc::not_a_directory);
    EXPECT_EQ(os.ioctl(-1, 0, nullptr).error(), std::errc::bad_file_descriptor);
    EXPECT_EQ(os.map(-1, 1).error(), std::errc::bad_file_descriptor);
}

}  // namespace
}  // namespace rproc::tee
