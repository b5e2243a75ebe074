// SPDX-License-Identifier: BSD-2-Clause
// What boots and disappoints: for each finding the smallest firmware that has it, and the neighbour that has not.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "rproc/check/checker.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "support/shape_groups.hpp"

namespace rproc::check {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

Verdict verdict_on(const test::ElfImage& image) {
    auto board = platform::embedded_board("stm32mp157c-dk2");
    EXPECT_TRUE(board.has_value());
    Checker checker(std::move(*board));
    return checker.check(FirmwareSource(Firmware("app.elf", image.build())));
}

std::vector<std::string> codes_of(const test::ElfImage& image) {
    std::vector<std::string> codes;
    const Verdict verdict = verdict_on(image);
    for (const Finding& finding : verdict.findings) codes.emplace_back(finding.code_name());
    return codes;
}

/// The only finding about an image that boots; an empty one, and a failure, where it is another.
Finding only_finding(const test::ElfImage& image, std::string_view code, Severity severity = Severity::warning) {
    const Verdict verdict = verdict_on(image);
    EXPECT_EQ(verdict.outcome, Outcome::boots) << code;
    EXPECT_EQ(verdict.findings.size(), 1U) << code;
    if (verdict.findings.empty()) return {severity, FindingCode::trace_absent, {}, {}, {}};
    const Finding& finding = verdict.findings.front();
    EXPECT_EQ(finding.code_name(), code);
    EXPECT_EQ(finding.severity, severity);
    EXPECT_FALSE(finding.hint.empty());
    return finding;
}

test::ElfImage with_entries(std::vector<test::Bytes> entries) {
    return test::image_with_table(test::Table{.entries = std::move(entries)}.build());
}

test::ElfImage with_vdev(const test::VdevEntry& entry) { return with_entries({test::trace({}), test::vdev(entry)}); }

test::ElfImage with_segment(std::uint64_t paddr, std::uint64_t size) {
    test::ElfImage image = test::base_image();
    image.segments.push_back({.paddr = paddr, .data = test::pattern(16), .memsz = size});
    return image;
}

TEST(RemarksOnImage, ForeignMachine) {
    test::ElfImage image = test::base_image();
    image.header.machine = 62;
    EXPECT_THAT(only_finding(image, "elf-machine-foreign").message, HasSubstr("is for x86-64 (machine 62)"));
    image.header.machine = 999;
    EXPECT_THAT(only_finding(image, "elf-machine-foreign").message, HasSubstr("is for machine 999"));
    image.header.machine = 40;
    EXPECT_THAT(codes_of(image), IsEmpty());
}

TEST(RemarksOnImage, InitialStackPointerNeedsMemoryBelow) {
    test::ElfImage image = test::base_image();
    const auto set_stack = [&](std::uint32_t value) {
        const test::Bytes word = test::ByteWriter().u32(value).take();
        std::ranges::copy(word, image.segments[0].data.begin());
    };
    for (const std::uint32_t top : {0U, 0x20020000U, 0x10000000U, 0x10046004U}) {
        set_stack(top);
        EXPECT_THAT(only_finding(image, "stack-pointer-invalid").message,
                    HasSubstr(fmt::format("the word at 0x0 is {:#010x}", top)));
    }
    // The end of retram, of mcuram2 by both of its addresses, and the first word of memory.
    for (const std::uint32_t top : {0x10000U, 0x10040000U, 0x30040000U, 4U}) {
        set_stack(top);
        EXPECT_THAT(codes_of(image), IsEmpty()) << top;
    }
}

TEST(RemarksOnImage, CodeAtTheSecondAddressOfTheSramIsLoadedCode) {
    test::ElfImage image = test::base_image();
    image.segments[1].paddr = 0x30000000;  // the vector has 0x10000001
    EXPECT_THAT(codes_of(image), IsEmpty());
    image.segments[1].paddr = 0x30001000;
    EXPECT_THAT(codes_of(image), ::testing::ElementsAre("reset-vector-invalid"));
}

TEST(RemarksOnImage, NothingAtTheVectorTable) {
    test::ElfImage image = test::base_image();
    image.segments[0].paddr = 0x100;
    const Finding finding = only_finding(image, "vectors-missing");
    EXPECT_THAT(finding.message, HasSubstr("no segment is loaded to 0x0"));
    EXPECT_THAT(finding.hint, HasSubstr("KEEP(*(.isr_vector))"));
    image.segments[0].paddr = 0;
    EXPECT_THAT(codes_of(image), IsEmpty());
}

TEST(RemarksOnImage, ResetVectorMustBeThumbCodeThatIsLoaded) {
    test::ElfImage image = test::base_image();
    const auto set_reset = [&](std::uint32_t value) {
        const test::Bytes word = test::ByteWriter().u32(value).take();
        std::ranges::copy(word, image.segments[0].data.begin() + 4);
    };
    set_reset(0x100000fe);
    EXPECT_THAT(only_finding(image, "reset-vector-invalid").message,
                HasSubstr("is 0x100000fe: bit 0, the Thumb bit, is not set"));
    set_reset(0x10000101);  // the code has 0x100 bytes
    EXPECT_THAT(only_finding(image, "reset-vector-invalid").message,
                HasSubstr("is 0x10000101: no segment is loaded there"));
    set_reset(0x100000ff);
    EXPECT_THAT(codes_of(image), IsEmpty());
}

TEST(RemarksOnImage, ALaterSegmentOverTheVectorsCounts) {
    test::ElfImage image = test::base_image();
    image.segments.push_back({.paddr = 0, .data = {}, .memsz = 8});
    EXPECT_THAT(codes_of(image), ::testing::Contains("reset-vector-invalid"));
}

TEST(RemarksOnImage, DebugSectionsThatAreMostOfTheFile) {
    constexpr std::size_t kWorthMentioning = 64 * 1024;
    test::ElfImage image = test::base_image();
    image.sections.push_back({.name = ".debug_info", .data = test::pattern(kWorthMentioning + 1)});
    const Finding finding = only_finding(image, "debug-sections-large", Severity::note);
    EXPECT_THAT(finding.message, HasSubstr("65,537 of the file's 67,"));
    EXPECT_THAT(finding.hint, HasSubstr("--strip-debug"));
    image.sections.back().data.pop_back();
    EXPECT_THAT(codes_of(image), IsEmpty());
    image.sections.back() = {.name = ".comment", .data = test::pattern(kWorthMentioning + 1)};
    EXPECT_THAT(codes_of(image), IsEmpty());
}

TEST(RemarksOnImage, DebugSectionsThatAreHalfOfTheFileAreFine) {
    constexpr std::size_t kSize = 0x20000;
    test::ElfImage image = test::base_image();
    image.sections.push_back({.name = ".debug_info", .data = test::pattern(kSize)});
    image.segments.push_back({.paddr = 0x10010000, .data = test::pattern(kSize)});
    EXPECT_THAT(codes_of(image), IsEmpty());
}

TEST(RemarksOnSegments, OverlapNamesTheBytesThatAreLost) {
    const Finding finding = only_finding(with_segment(0x10000080, 0x100), "segments-overlap");
    EXPECT_EQ(finding.where(), "segment 3 (0x10000080+0x100)");
    EXPECT_EQ(finding.message, "overwrites 128 bytes of segment 1 (0x10000000+0x100) at 0x10000080+0x80");
    EXPECT_THAT(codes_of(with_segment(0x10000100, 0x100)), IsEmpty());
}

TEST(RemarksOnSegments, TheLaterOneWinsWhereverItBegins) {
    test::ElfImage image = test::base_image();
    std::swap(image.segments[0], image.segments[1]);
    image.segments.push_back({.paddr = 0x380, .data = test::pattern(16), .memsz = 0x100});
    EXPECT_EQ(only_finding(image, "segments-overlap").message,
              "overwrites 128 bytes of segment 1 (0x0+0x400) at 0x380+0x80");
}

TEST(RemarksOnSegments, SramHasTwoAddresses) {
    EXPECT_EQ(only_finding(with_segment(0x300000ff, 0x10), "segments-overlap").message,
              "overwrites 1 byte of segment 1 (0x10000000+0x100) at 0x100000ff+0x1: 0x30000000 is a second address of "
              "the SRAM at 0x10000000");
    EXPECT_THAT(codes_of(with_segment(0x30000100, 0x10)), IsEmpty());
}

TEST(RemarksOnSegments, LinuxClearsWhatIsInAVring) {
    const Finding finding = only_finding(with_segment(0x10040000, 0x100), "segment-in-vring");
    EXPECT_THAT(finding.message, HasSubstr("lies in vdev0vring0 (0x10040000+0x1000)"));
    EXPECT_THAT(codes_of(with_segment(0x1003ff00, 0x100)), IsEmpty());

    test::ElfImage without_vdev = with_entries({test::trace({})});
    without_vdev.segments.push_back({.paddr = 0x10040000, .data = test::pattern(16)});
    EXPECT_EQ(codes_of(without_vdev), std::vector<std::string>{"virtio-absent"});
}

TEST(RemarksOnServices, WhatTheTableLacksIsANote) {
    EXPECT_THAT(only_finding(with_entries({test::vdev({})}), "trace-absent", Severity::note).hint,
                HasSubstr("entry of type 2"));
    EXPECT_THAT(only_finding(with_entries({test::trace({})}), "virtio-absent", Severity::note).hint,
                HasSubstr("id 7 (rpmsg)"));
    EXPECT_THAT(only_finding(with_entries({}), "table-without-services", Severity::note).message,
                HasSubstr("none of its 0 entries"));
    EXPECT_THAT(codes_of(with_entries({test::vdev({}), test::trace({})})), IsEmpty());
}

TEST(RemarksOnServices, ACarveoutGetsTheStartOfItsMemory) {
    const auto asking_for = [](std::uint32_t da) {
        return with_entries({test::trace({}), test::vdev({}), test::carveout({.name = "mcuram2", .da = da})});
    };
    const Finding finding = only_finding(asking_for(0x10001000), "address-replaced");
    EXPECT_THAT(finding.message, HasSubstr("0x1000 bytes into mcuram2 (0x10000000+0x40000)"));
    EXPECT_THAT(finding.message, HasSubstr("writes da 0x10000000 and len 0x40000"));
    EXPECT_THAT(codes_of(asking_for(0x10000000)), IsEmpty());
    EXPECT_THAT(codes_of(asking_for(test::kAnyAddress)), IsEmpty());
}

// On the board's own memories of one page each, a vring fits at the start alone.
TEST(RemarksOnVrings, AVringGetsTheStartOfItsMemory) {
    auto board = platform::embedded_board("stm32mp157c-dk2");
    ASSERT_TRUE(board.has_value());
    auto& regions = board->config.regions;
    std::erase_if(regions, [](const auto& region) { return region.name == "vdev0vring0"; });
    std::ranges::find(regions, "mcuram", &platform::Stm32mp15Config::Region::name)->name = "vdev0vring0";
    Checker checker(std::move(*board));
    const auto findings_at = [&](std::uint32_t da) {
        const test::ElfImage image = with_vdev({.vrings = {{.da = da}, {}}});
        return checker.check(FirmwareSource(Firmware("app.elf", image.build()))).findings;
    };

    const auto findings = findings_at(0x30001000);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().code_name(), "address-replaced");
    EXPECT_THAT(findings.front().where(), ::testing::EndsWith("(vdev) at 0x48, vring 0"));
    EXPECT_THAT(findings.front().message, HasSubstr("asks for da 0x30001000, 0x1000 bytes into vdev0vring0"));
    EXPECT_THAT(findings_at(0x30000000), IsEmpty());
}

TEST(RemarksOnVrings, NumbersArePowersOfTwo) {
    const Finding finding = only_finding(with_vdev({.vrings = {{.align = 3}, {}}}), "vring-not-power-of-two");
    EXPECT_THAT(finding.message, HasSubstr("num is 16, align is 3"));
    EXPECT_EQ(codes_of(with_vdev({.vrings = {{.num = 12}, {.num = 12}}})),
              std::vector<std::string>(2, "vring-not-power-of-two"));
    EXPECT_THAT(codes_of(with_vdev({.vrings = {{.num = 8}, {.num = 8}}})), IsEmpty());
}

TEST(RemarksOnVrings, OneDescriptorIsTooFew) {
    EXPECT_THAT(only_finding(with_vdev({.vrings = {{.num = 1}, {.num = 1}}}), "vring-too-small").message,
                HasSubstr("1 and 1 descriptors"));
    EXPECT_THAT(codes_of(with_vdev({.vrings = {{.num = 2}, {.num = 2}}})), IsEmpty());
    EXPECT_THAT(codes_of(with_vdev({.id = 3, .vrings = {{.num = 1}, {.num = 1}}})), IsEmpty()) << "no rpmsg device";
}

TEST(RemarksOnVrings, RpmsgWantsBothOfOneSize) {
    EXPECT_THAT(only_finding(with_vdev({.vrings = {{.num = 16}, {.num = 8}}}), "vrings-unequal").message,
                HasSubstr("fails with -28 (ENOSPC) to send more than 8 at a time"));
    EXPECT_THAT(only_finding(with_vdev({.vrings = {{.num = 8}, {.num = 16}}}), "vrings-unequal").message,
                HasSubstr("the rest of vring 1 stays unused"));
}

TEST(RemarksOnVrings, BuffersMustFitTheirMemory) {
    const Finding finding = only_finding(with_vdev({.vrings = {{.num = 32}, {.num = 32}}}), "virtio-buffers-misfit");
    EXPECT_THAT(finding.message, HasSubstr("num 32 makes 64 buffers of 512 bytes, 32,768 bytes in one piece; "
                                           "vdev0buffer (0x10042000+0x4000) has 16,384 bytes"));
    EXPECT_THAT(finding.hint, HasSubstr("set num of both vrings to at most 16"));
    EXPECT_THAT(finding.hint, HasSubstr("reg = <0x10042000 0x8000>"));
    EXPECT_THAT(codes_of(with_vdev({})), IsEmpty()) << "num 16 fills it";
}

TEST(RemarksOnTable, SectionWhoseBytesAreLoadedToAnotherAddress) {
    test::ElfImage image = test::base_image();
    const auto file = image.build();
    const std::uint64_t offset = rproc::ElfImage::parse(file)->segment(2).offset;
    image.segments[2].paddr = 0x10008000;  // the load address; Linux writes the table to the address of the section
    image.segments[2].vaddr = test::kTableAddress;
    image.sections[0].segment.reset();
    image.sections[0].offset = offset;
    EXPECT_THAT(codes_of(image), IsEmpty());
    image.sections[0].size = image.segments[2].data.size() + 4;  // its last bytes are in no segment
    EXPECT_THAT(codes_of(image), ::testing::ElementsAre("table-outside-segments"));
}

TEST(RemarksOnTable, SectionWithoutBytesInTheFile) {
    constexpr std::uint32_t kNobits = 8;
    test::ElfImage image = test::base_image();
    image.sections[0].type = kNobits;
    const Finding finding = only_finding(image, "table-without-bytes");
    EXPECT_THAT(finding.message, HasSubstr("has no bytes in the file (type NOBITS)"));
    EXPECT_THAT(finding.hint, HasSubstr("NOLOAD"));
}

/// A vector segment that is too large for retram by this many bytes, and the hint.
std::string hint_for_vectors_too_large_by(std::uint64_t over) {
    test::ElfImage image = test::base_image();
    image.segments[0].memsz = 0x10000 + over;
    const Verdict verdict = verdict_on(image);
    EXPECT_EQ(verdict.outcome, Outcome::refused);
    for (const Finding& finding : verdict.findings)
        if (finding.code == ErrorCode::segment_outside_memory) return finding.hint;
    return "";
}

TEST(Hints, LeaveTheVectorTableAtItsAddress) {
    EXPECT_EQ(hint_for_vectors_too_large_by(0x2000),
              "the vector table stays at 0x0; move at least 8,192 bytes of code or data out of this segment, to MEMORY "
              "{ mcuram2 (rwx) : ORIGIN = 0x10000000, LENGTH = 256K }");
}

TEST(Hints, TellOnlyASegmentThatItsVectorTableStays) {
    const Verdict verdict = verdict_on(with_entries({test::trace({.da = 0, .len = 0x20000})}));
    for (const Finding& finding : verdict.findings)
        EXPECT_THAT(finding.hint, ::testing::Not(HasSubstr("vector table")));
    ASSERT_FALSE(verdict.findings.empty());
    EXPECT_EQ(verdict.findings.front().code_name(), "trace-unavailable");
}

TEST(Hints, NameNoMemoryThatTakesNoSegment) {
    const Verdict verdict = verdict_on(with_segment(0x20000000, 0x2000));
    ASSERT_FALSE(verdict.findings.empty());
    const Finding& finding = verdict.findings.back();
    EXPECT_EQ(finding.code_name(), "segment-outside-memory");
    EXPECT_THAT(finding.message, ::testing::Not(HasSubstr("vdev0")));
    EXPECT_THAT(finding.message, HasSubstr("the nearest is mcuram"));
}

/// The first ORIGIN that a hint names.
std::optional<std::uint64_t> origin_in(std::string_view hint) {
    constexpr std::string_view kOrigin = "ORIGIN = ";
    const auto at = hint.find(kOrigin);
    if (at == std::string_view::npos) return std::nullopt;
    return std::stoull(std::string(hint.substr(at + kOrigin.size())), nullptr, 16);
}

TEST(Hints, SegmentMovedToTheMemoryThatTheHintNamesBoots) {
    for (const std::uint64_t paddr : {0x80100000ULL, 0x20000000ULL, 0x38000000ULL, 0x10050000ULL, 0x0fff0000ULL}) {
        test::ElfImage image = with_segment(paddr, 0x540);
        const Verdict refused = verdict_on(image);
        ASSERT_EQ(refused.outcome, Outcome::refused) << paddr;
        const auto origin = origin_in(refused.findings.back().hint);
        ASSERT_TRUE(origin.has_value()) << refused.findings.back().hint;
        image.segments.back().paddr = *origin + 0x8000;  // where nothing else is
        EXPECT_EQ(verdict_on(image).outcome, Outcome::boots) << refused.findings.back().hint;
    }
}

TEST(Remarks, AreOfFirmwareThatBoots) {
    test::ElfImage image = with_segment(0x80100000, 0x540);
    image.header.machine = 62;
    EXPECT_THAT(codes_of(image), ::testing::ElementsAre("elf-machine-foreign", "segment-outside-memory"))
        << "but the kind of processor may be why";
}

}  // namespace
}  // namespace rproc::check
