// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_errors.hpp"

#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

namespace rproc::tee::device {
namespace {

TEST(DeviceErrors, CandidatesAreTheSixteenClientDevices) {
    const auto paths = candidates();
    ASSERT_EQ(paths.size(), 16U);
    EXPECT_EQ(paths.front(), "/dev/tee0");
    EXPECT_EQ(paths.back(), "/dev/tee15");
}

TEST(DeviceErrors, ErrnoSelectsTheCode) {
    EXPECT_EQ(request_failed("/dev/tee0", "x", std::errc::no_such_device).code(), ErrorCode::tee_gone);
    EXPECT_EQ(request_failed("/dev/tee0", "x", std::errc::permission_denied).code(), ErrorCode::tee_device_denied);
    EXPECT_EQ(request_failed("/dev/tee0", "x", std::errc::io_error).code(), ErrorCode::tee_unreachable);
}

TEST(DeviceErrors, PermissionErrorHasPriorityInASearch) {
    const std::vector<std::string> paths{"/dev/tee0", "/dev/tee1"};
    Search search(paths);
    search.met(paths[0], 7);
    EXPECT_EQ(search.failure().code(), ErrorCode::tee_device_missing);
    search.failed(paths[0], std::errc::io_error);
    EXPECT_EQ(search.failure().code(), ErrorCode::tee_unreachable);
    search.failed(paths[1], std::errc::permission_denied);
    EXPECT_EQ(search.failure().code(), ErrorCode::tee_device_denied);
}

}  // namespace
}  // namespace rproc::tee::device
