// SPDX-License-Identifier: BSD-2-Clause
// What does not fit a memory: by how much, and what would.

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/check/checker.hpp"
#include "support/shape_groups.hpp"

namespace rproc::check {
namespace {

using ::testing::HasSubstr;

/// The finding of that code on an image; an empty one, and a failure, where there is none.
Finding finding_on(const test::ElfImage& image, std::string_view code) {
    auto board = platform::embedded_board("stm32mp157c-dk2");
    EXPECT_TRUE(board.has_value());
    Checker checker(std::move(*board));
    const Verdict verdict = checker.check(FirmwareSource(Firmware("app.elf", image.build())));
    const auto found = std::ranges::find(verdict.findings, code, &Finding::code_name);
    EXPECT_NE(found, verdict.findings.end()) << code;
    return found == verdict.findings.end() ? Finding{Severity::note, FindingCode::trace_absent, {}, {}, {}} : *found;
}

Finding segment(std::uint64_t paddr, std::uint64_t size) {
    test::ElfImage image = test::base_image();
    image.segments.push_back({.paddr = paddr, .data = test::pattern(16), .memsz = size});
    return finding_on(image, "segment-outside-memory");
}

Finding entry(test::Bytes bytes, std::string_view code) {
    return finding_on(test::image_with_table(test::Table{.entries = {std::move(bytes)}}.build()), code);
}

TEST(Arithmetic, ASegmentThatEndsTooLateIsToldByHowMuch) {
    const Finding finding = segment(0xff00, 0x4c0);
    EXPECT_EQ(finding.message, "begins in retram (0x0+0x10000) and ends 960 bytes past it");
    EXPECT_EQ(finding.hint,
              "begin it at least 960 bytes earlier, or make it as much smaller; it also fits MEMORY { mcuram2 (rwx) : "
              "ORIGIN = 0x10000000, LENGTH = 256K }");
}

TEST(Arithmetic, ASegmentInNoMemoryIsToldTheNearestThatHoldsIt) {
    EXPECT_EQ(segment(0x80100000, 0x540).hint,
              "it fits MEMORY { mcuram (rwx) : ORIGIN = 0x30000000, LENGTH = 256K } of the linker script");
    EXPECT_THAT(segment(0x2fffffff, 0x20).message, HasSubstr("begins 1 byte before mcuram (0x30000000+0x40000)"));
}

TEST(Arithmetic, APhysicalAddressIsToldItsDeviceAddress) {
    EXPECT_EQ(segment(0x38000000, 0x100).hint,
              "MEMORY in the linker script wants device addresses: retram (rwx) : ORIGIN = 0x0, LENGTH = 64K");
}

TEST(Arithmetic, ASegmentThatNothingHoldsIsToldTheLargestMemory) {
    EXPECT_THAT(segment(0x10000000, 0x40010).hint,
                HasSubstr("make it at least 16 bytes smaller, or split it: the largest memory is mcuram"));
}

TEST(Arithmetic, TheLoadAddressDecides) {
    test::ElfImage image = test::base_image();
    image.segments.push_back({.paddr = 0x08000000, .data = test::pattern(16), .vaddr = 0x10001000});
    EXPECT_THAT(finding_on(image, "segment-outside-memory").hint, HasSubstr("decides, not p_vaddr 0x10001000"));
    EXPECT_THAT(segment(0x08000000, 16).hint, ::testing::Not(HasSubstr("p_vaddr")));
}

TEST(Arithmetic, ACarveoutThatIsTooLong) {
    const Finding finding = entry(test::carveout({.name = "mcuram2", .len = 0x40001}), "carveout-misfit");
    EXPECT_EQ(finding.message,
              "asks for 262,145 bytes in mcuram2 (0x10000000+0x40000), which has 262,144 bytes: 1 too few");
    EXPECT_THAT(finding.hint, HasSubstr("set len of the entry to at most 0x40000"));
    EXPECT_EQ(entry(test::carveout({.name = "mcuram2", .da = 0x1003f000, .len = 0x1001}), "carveout-misfit").message,
              "0x1003f000+0x1001 ends 1 byte past mcuram2 (0x10000000+0x40000)");
    EXPECT_EQ(entry(test::carveout({.name = "mcuram2", .da = 0x0fffffff}), "carveout-misfit").message,
              "da 0xfffffff is not in mcuram2 (0x10000000+0x40000)");
}

TEST(Arithmetic, AVringThatIsTooLarge) {
    const Finding finding = entry(test::vdev({.vrings = {{.num = 256}, {.num = 256}}}), "vring-misfit");
    EXPECT_EQ(finding.message,
              "num 256 with align 16 takes 6,678 bytes, rounded up to pages 8,192 bytes; vdev0vring0 "
              "(0x10040000+0x1000) has 4,096 bytes: 4,096 too few");
    EXPECT_EQ(finding.hint,
              "set num to at most 128, or enlarge the reserved-memory node vdev0vring0 to 0x2000 bytes (reg = "
              "<0x10040000 0x2000>)");
    EXPECT_EQ(entry(test::vdev({.vrings = {{.align = 4096}, {.align = 4096}}}), "vring-misfit").hint.substr(0, 15),
              "set align to 16");
}

TEST(Arithmetic, AVringAtAnotherAddress) {
    const Finding finding = entry(test::vdev({.vrings = {{}, {.da = 0x80000000}}}), "vring-misfit");
    EXPECT_EQ(finding.message, "4,096 bytes with da 0x80000000 does not fit vdev0vring1 (0x10041000+0x1000)");
    EXPECT_EQ(finding.hint, "set da of the vring to 0xffffffff (any) or 0x10041000");
}

TEST(Arithmetic, ATraceOutsideIsToldWhere) {
    EXPECT_THAT(entry(test::trace({.da = 0x10041f00, .len = 0x400}), "trace-unavailable").message,
                HasSubstr("the log buffer of 1,024 bytes at 0x10041f00 begins in vdev0vring1"));
}

TEST(Arithmetic, ATableOutsideIsToldWhere) {
    test::ElfImage image = test::base_image();
    image.sections[0].addr = 0x80000000;
    image.sections[0].segment.reset();
    EXPECT_THAT(finding_on(image, "table-not-in-memory").message,
                HasSubstr("lies in no memory of the board; the nearest is mcuram"));
}

}  // namespace
}  // namespace rproc::check
