// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/core/firmware_request.hpp"

#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "core/fakes.hpp"
#include "error/outcome.hpp"

namespace rproc {
namespace {

using test::outcome;
using test::Recorder;

TEST(FirmwareRequest, WithoutAChosenFirmwareIsRefused) {
    Recorder recorder;
    FirmwareRequest request(recorder);
    EXPECT_EQ(outcome(request.read()), "firmware-name-empty");
    EXPECT_TRUE(recorder.all_closed());
}

TEST(FirmwareRequest, EmptyFirmwareIsRefusedWithTheKernelsLogLines) {
    Recorder recorder;
    FirmwareRequest request(recorder);
    request.choose(FirmwareSource(Firmware("empty.elf", std::vector<std::byte>())));
    const auto firmware = request.read();
    ASSERT_EQ(outcome(firmware), "firmware-empty");
    EXPECT_EQ(firmware.error().step(), Step::request_firmware);
    ASSERT_EQ(recorder.lines.size(), 3U);
    EXPECT_EQ(recorder.lines[0], "firmware: failed to load empty.elf (-22)");
}

TEST(FirmwareRequest, LastChosenFirmwareIsRead) {
    Recorder recorder;
    FirmwareRequest request(recorder);
    request.choose(FirmwareSource(Firmware("first.elf", std::vector<std::byte>(1))));
    request.choose(FirmwareSource(Firmware("second.elf", std::vector<std::byte>(2))));
    const auto firmware = request.read();
    ASSERT_EQ(outcome(firmware), "ok");
    EXPECT_EQ(firmware->name(), "second.elf");
}

}  // namespace
}  // namespace rproc
