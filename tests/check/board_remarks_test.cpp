// SPDX-License-Identifier: BSD-2-Clause
// What is wrong with the board is told of the board, with the verdict of Debian's kernel.
#include "check/lint/board_remarks.hpp"

#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/check/checker.hpp"
#include "support/files.hpp"

namespace rproc::check {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

Verdict hello_on(const std::string& tree) {
    auto board = platform::read_board(std::string(RPROC_TEST_BOARD_DIR "/") + tree + ".dtb");
    EXPECT_TRUE(board.has_value()) << board.error().message();
    const auto bytes = test::read_bytes(RPROC_SOURCE_DIR "/examples/firmware/prebuilt/m4_hello.elf");
    return Checker(*std::move(board)).check(FirmwareSource(Firmware("m4_hello.elf", bytes)));
}

std::vector<std::string> codes_of(const Verdict& verdict) {
    std::vector<std::string> codes;
    for (const Finding& finding : verdict.findings) codes.emplace_back(finding.code_name());
    return codes;
}

std::string last_but(const Verdict& verdict, std::size_t lines) {
    return verdict.kernel_log.at(verdict.kernel_log.size() - 1 - lines);
}

TEST(BoardRemarks, RegionsThatOverlapBootWithAWarning) {
    const Verdict verdict = hello_on("memory-regions-overlap");
    EXPECT_EQ(verdict.outcome, Outcome::boots);
    EXPECT_THAT(codes_of(verdict), Contains("memory-regions-overlap"));
}

TEST(BoardRemarks, VirtioWithoutAMailboxIsAWarning) {
    EXPECT_THAT(codes_of(hello_on("qemu-virt-m4")), Contains("mailbox-missing"));
    auto board = platform::embedded_board("stm32mp157c-dk2");
    ASSERT_TRUE(board.has_value());
    const auto bytes = test::read_bytes(RPROC_SOURCE_DIR "/examples/firmware/prebuilt/m4_hello.elf");
    const Verdict sound = Checker(*std::move(board)).check(FirmwareSource(Firmware("m4_hello.elf", bytes)));
    EXPECT_THAT(codes_of(sound), Not(Contains("mailbox-missing")));
}

TEST(BoardRemarks, ARegionInTheRamOfLinuxIsNotMapped) {
    const Verdict verdict = hello_on("memory-region-in-ram");
    EXPECT_EQ(verdict.errno_value, ENOMEM);
    EXPECT_EQ(last_but(verdict, 3), "Unable to map memory region: 0x0000000050000000+0x100000");
    EXPECT_THAT(codes_of(verdict), Contains("memory-region-unmappable"));
}

TEST(BoardRemarks, BuffersNeedADmaPool) {
    const Verdict verdict = hello_on("vdev0buffer-without-pool");
    EXPECT_EQ(verdict.errno_value, EINVAL);
    EXPECT_EQ(last_but(verdict, 2), "Can't associate reserved memory");
    EXPECT_EQ(last_but(verdict, 1), "failed to probe subdevices for m4: -22");
    EXPECT_THAT(codes_of(verdict), Contains("virtio-pool-missing"));
}

TEST(BoardRemarks, WithoutRangesNoRegionIsAcquired) {
    const Verdict verdict = hello_on("reserved-memory-without-ranges");
    EXPECT_EQ(verdict.errno_value, EINVAL);
    EXPECT_EQ(last_but(verdict, 2), "unable to acquire memory-region");
    EXPECT_THAT(verdict.findings.front().hint, HasSubstr("ranges;"));
}

TEST(BoardRemarks, AReferenceToNoNodePanicsTheKernel) {
    const Verdict verdict = hello_on("memory-region-dangling");
    EXPECT_EQ(verdict.outcome, Outcome::panics);
    EXPECT_EQ(verdict.errno_value, std::nullopt);
    EXPECT_EQ(verdict.kernel_log.back(), "Booting fw image m4_hello.elf, size 1480");
    EXPECT_THAT(codes_of(verdict), Contains("kernel-looks-up-null-node"));
}

TEST(BoardRemarks, ABoardThatLinuxDoesNotProbeIsRefused) {
    const auto error = [](const std::string& tree) {
        const auto board = platform::read_board(std::string(RPROC_TEST_BOARD_DIR "/") + tree + ".dtb");
        return board ? "probed" : board.error().message() + " [" + board.error().hint() + "]";
    };
    EXPECT_THAT(error("m4-reset-disabled"), HasSubstr("/rst@63001000: is disabled, and resets"));
    EXPECT_THAT(error("m4-bus-without-compatible"), HasSubstr("add compatible = \"simple-bus\""));
}

}  // namespace
}  // namespace rproc::check
