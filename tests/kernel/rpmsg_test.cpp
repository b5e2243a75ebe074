// SPDX-License-Identifier: BSD-2-Clause
//
// What `check` says of rpmsg devices that boot and disappoint, against the kernel's own driver of them.

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kernel/guest.hpp"
#include "rproc/check/checker.hpp"
#include "support/shape_groups.hpp"

namespace rproc::test {
namespace {

struct Device {
    std::string name;
    Bytes image;
};

std::vector<Device> devices_of_all_sizes() {
    std::vector<Device> devices;
    for (const std::uint32_t num : {1U, 2U, 3U, 4U, 8U, 15U, 16U, 17U, 24U, 31U, 32U, 33U, 64U, 127U, 128U}) {
        const VringEntry vring{.num = num};
        const Bytes table = Table{.entries = {vdev({.vrings = {vring, vring}})}}.build();
        devices.push_back({"num-" + std::to_string(num), image_with_table(table).build()});
    }
    return devices;
}

/// The devices for which the kernel says that rpmsg is there.
std::vector<std::string> online(const GuestRun& run) {
    std::vector<std::string> names;
    std::string current;
    for (const auto& record : run.records) {
        if (record.contains("begin")) current = record["begin"];
        if (!record.contains("start")) continue;
        const bool is_online = std::ranges::any_of(record["log"], [](const nlohmann::json& line) {
            return bytes_of(line).find("rpmsg host is online") != std::string::npos;
        });
        if (is_online) names.push_back(current);
    }
    return names;
}

TEST(Rpmsg, ComesUpWhereCheckDoesNotWarnOfItsBuffers) {
    if (!Guest::missing().empty()) GTEST_SKIP() << Guest::missing();
    auto board = platform::read_board(Guest::board());
    ASSERT_TRUE(board) << board.error().message();
    check::Checker checker(std::move(*board));
    Guest guest;
    guest.add_rpmsg();
    std::vector<std::string> expected;
    for (const Device& device : devices_of_all_sizes()) {
        guest.root().add("/lib/firmware/" + device.name, device.image);
        guest.step({"boot", device.name});
        const auto verdict = checker.check(FirmwareSource(Firmware(device.name, device.image)));
        if (!std::ranges::count(verdict.findings, "virtio-buffers-misfit", &check::Finding::code_name))
            expected.push_back(device.name);
    }

    const GuestRun run = guest.run();

    ASSERT_TRUE(run.done);
    EXPECT_EQ(online(run), expected);
    EXPECT_GT(expected.size(), 3U);
    EXPECT_LT(expected.size(), 12U);
}

}  // namespace
}  // namespace rproc::test
