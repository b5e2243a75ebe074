// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/debug/coredump.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "debug/coredump_memory.hpp"
#include "rproc/firmware/elf_image.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::ByteWriter;
using test::CoredumpTest;
using test::ElfClass;
using test::outcome;
using test::pattern;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t k4GiB = 1ULL << 32U;

/// The start of an ELF file up to e_entry.
ByteWriter elf_start(ElfClass elf_class) {
    ByteWriter out;
    out.u8(0x7f).text("ELF", 3).u8(elf_class == ElfClass::k32 ? 1 : 2).u8(1).u8(1).text("", 9);
    out.u16(4).u16(40).u32(1).word(elf_class, 0x45);
    return out;
}

Bytes expected_segments32() {
    ByteWriter out = elf_start(ElfClass::k32);
    out.u32(52).u32(0).u32(0).u16(52).u16(32).u16(2).u16(0).u16(0).u16(0);
    out.u32(1).u32(116).u32(0).u32(0).u32(0x40).u32(0x40).u32(7).u32(0);
    out.u32(1).u32(180).u32(0x10000000).u32(0x10000000).u32(0x100).u32(0x100).u32(7).u32(0);
    out.bytes(pattern(0x40)).bytes(pattern(0x100, 0x80));
    return out.take();
}

Bytes expected_segments64() {
    ByteWriter out = elf_start(ElfClass::k64);
    out.u64(64).u64(0).u32(0).u16(64).u16(56).u16(2).u16(0).u16(0).u16(0);
    out.u32(1).u32(7).u64(176).u64(0).u64(0).u64(0x40).u64(0x40).u64(0);
    out.u32(1).u32(7).u64(240).u64(0x10000000).u64(0x10000000).u64(0x100).u64(0x100).u64(0);
    out.bytes(pattern(0x40)).bytes(pattern(0x100, 0x80));
    return out.take();
}

/// Name table: 1 + "STR_TBL" + "retram" + "mcuram", each with its zero, is 23 bytes.
Bytes expected_sections(ElfClass elf_class) {
    const bool is_32 = elf_class == ElfClass::k32;
    const unsigned header = is_32 ? 52 : 64;
    const unsigned section = is_32 ? 40 : 64;
    const unsigned names = header + 4 * section;
    ByteWriter out = elf_start(elf_class);
    out.word(elf_class, 0).word(elf_class, header).u32(0);
    out.u16(header).u16(0).u16(0).u16(section).u16(4).u16(1);
    const auto add = [&](unsigned name, unsigned type, unsigned flags, std::uint64_t da, unsigned offset,
                         unsigned size) {
        out.u32(name).u32(type).word(elf_class, flags).word(elf_class, da).word(elf_class, offset);
        out.word(elf_class, size).u32(0).u32(0).word(elf_class, 0).word(elf_class, 0);
    };
    add(0, 0, 0, 0, 0, 0);
    add(1, 3, 0, 0, names, 23);
    add(9, 1, 1, 0, names + 23, 0x40);
    add(16, 1, 1, 0x10000000, names + 23 + 0x40, 0x100);
    out.text("", 1).text("STR_TBL", 8).text("retram", 7).text("mcuram", 7);
    out.bytes(pattern(0x40)).bytes(pattern(0x100, 0x80));
    return out.take();
}

TEST_F(CoredumpTest, WritesProgramHeadersOfBothClasses) {
    add_retram_and_mcuram();
    const auto segments = dump_segments_of(carveouts);
    ASSERT_EQ(outcome(write(segments)), "ok");
    EXPECT_EQ(file, expected_segments32());
    info.elf_class = CoredumpClass::elf64;
    ASSERT_EQ(outcome(write(segments)), "ok");
    EXPECT_EQ(file, expected_segments64());
}

TEST_F(CoredumpTest, WritesSectionsOfBothClasses) {
    add_retram_and_mcuram();
    const auto segments = dump_segments_of(carveouts);
    info.format = CoredumpFormat::sections;
    ASSERT_EQ(outcome(write(segments)), "ok");
    EXPECT_EQ(file, expected_sections(ElfClass::k32));
    info.elf_class = CoredumpClass::elf64;
    ASSERT_EQ(outcome(write(segments)), "ok");
    EXPECT_EQ(file, expected_sections(ElfClass::k64));
}

TEST_F(CoredumpTest, ElfImageFindsTheSegments) {
    add_retram_and_mcuram();
    for (const CoredumpClass elf_class : {CoredumpClass::elf32, CoredumpClass::elf64}) {
        info.elf_class = elf_class;
        ASSERT_EQ(outcome(write(dump_segments_of(carveouts))), "ok");
        const auto image = ElfImage::parse(file).value();
        EXPECT_EQ(image.header().elf_class, elf_class == CoredumpClass::elf32 ? 32 : 64);
        EXPECT_EQ(image.header().type, 4);
        EXPECT_EQ(image.header().machine, 40);
        EXPECT_EQ(image.header().entry, DeviceAddress(0x45));
        EXPECT_EQ(image.section_count(), 0U);
        ASSERT_EQ(image.segment_count(), 2U);
        const ElfSegment mcuram = image.segment(1);
        EXPECT_EQ(mcuram.vaddr, DeviceAddress(0x10000000));
        EXPECT_EQ(mcuram.paddr, DeviceAddress(0x10000000));
        EXPECT_EQ(mcuram.memsz, kMcuramSize);
        EXPECT_EQ(mcuram.flags, 7U);
        EXPECT_EQ(mcuram.align, 0U);
        EXPECT_TRUE(mcuram.loadable());
        EXPECT_TRUE(std::ranges::equal(image.contents(mcuram).value(), pattern(kMcuramSize, 0x80)));
    }
}

TEST_F(CoredumpTest, ElfImageFindsTheSections) {
    add_retram_and_mcuram();
    info.format = CoredumpFormat::sections;
    for (const CoredumpClass elf_class : {CoredumpClass::elf32, CoredumpClass::elf64}) {
        info.elf_class = elf_class;
        ASSERT_EQ(outcome(write(dump_segments_of(carveouts))), "ok");
        EXPECT_EQ(outcome(ElfImage::parse(file)), "elf-no-segments");
        file[elf_class == CoredumpClass::elf32 ? 44 : 56] = std::byte{1};  // e_phnum: a firmware has a program header
        const auto image = ElfImage::parse(file).value();
        ASSERT_EQ(image.section_count(), 4U);
        EXPECT_EQ(image.section(1).name, "STR_TBL");
        const auto mcuram = image.find_section("mcuram").value();
        EXPECT_EQ(mcuram.addr, DeviceAddress(0x10000000));
        EXPECT_EQ(mcuram.flags, 1U);
        EXPECT_TRUE(std::ranges::equal(image.contents(mcuram).value(), pattern(kMcuramSize, 0x80)));
    }
}

TEST_F(CoredumpTest, DumpWithoutSegmentsIsRefused) {
    add_retram_and_mcuram();
    const auto written = write({});
    ASSERT_EQ(outcome(written), "ok");
    EXPECT_EQ(written->size, 0U);
    EXPECT_THAT(file, IsEmpty());
    EXPECT_EQ(coredump_size(info, {}).value(), 0U);
}

TEST_F(CoredumpTest, PredictedSizeIsThatOfTheFile) {
    add_retram_and_mcuram();
    const auto segments = dump_segments_of(carveouts);
    for (const auto format : {CoredumpFormat::segments, CoredumpFormat::sections}) {
        for (const auto elf_class : {CoredumpClass::elf32, CoredumpClass::elf64}) {
            info.format = format;
            info.elf_class = elf_class;
            const auto written = write(segments);
            ASSERT_EQ(outcome(written), "ok");
            EXPECT_EQ(written->size, file.size());
            EXPECT_EQ(coredump_size(info, segments).value(), file.size());
        }
    }
}

TEST_F(CoredumpTest, BytesInNoCarveoutAreFilledAndReported) {
    add_retram_and_mcuram();
    const std::vector<DumpSegment> segments{{.da = DeviceAddress(0), .size = 4},
                                            {.da = DeviceAddress(0x20000000), .size = 3}};
    const auto written = write(segments);
    ASSERT_EQ(outcome(written), "ok");
    EXPECT_EQ(Bytes(file.end() - 3, file.end()), Bytes(3, std::byte{0xff}));
    EXPECT_EQ(Bytes(file.end() - 7, file.end() - 3), pattern(4));
    ASSERT_EQ(written->unmapped.size(), 1U);
    const UnmappedDumpSegment& unmapped = written->unmapped.front();
    EXPECT_EQ(unmapped.index, 1U);
    EXPECT_EQ(unmapped.bytes, 3U);
    EXPECT_EQ(unmapped.notice.code(), ErrorCode::address_unmapped);
    EXPECT_EQ(unmapped.notice.where(), "segment 1 (0x20000000+0x3)");
    EXPECT_EQ(unmapped.notice.kernel_line(), "invalid copy request for segment 0x20000000 with offset 0 and size 3)");
}

TEST_F(CoredumpTest, SegmentAcrossCarveoutsKeepsTheMappedBytes) {
    add(Carveout::region("low", DeviceAddress(0x1000), PhysicalAddress(0x1000), 4));
    add(Carveout::region("next", DeviceAddress(0x1004), PhysicalAddress(0x1004), 4));
    add(Carveout::region("high", DeviceAddress(0x100a), PhysicalAddress(0x100a), 4));
    fill(0x1000, pattern(4, 1));
    fill(0x1004, pattern(4, 5));
    fill(0x100a, pattern(4, 9));
    const std::vector<DumpSegment> segments{{.da = DeviceAddress(0xffe), .size = 16}};
    const auto written = write(segments);
    ASSERT_EQ(outcome(written), "ok");
    ByteWriter expected;
    expected.u16(0xffff).bytes(pattern(8, 1)).u16(0xffff).bytes(pattern(4, 9));
    EXPECT_EQ(Bytes(file.end() - 16, file.end()), expected.take());
    ASSERT_EQ(written->unmapped.size(), 1U);
    EXPECT_EQ(written->unmapped.front().bytes, 4U);
}

TEST_F(CoredumpTest, OverlappingCarveoutsAreReadAsByLinux) {
    add(Carveout::region("part", DeviceAddress(0x1000), PhysicalAddress(0x5000), 4));
    add(Carveout::region("all", DeviceAddress(0x1000), PhysicalAddress(0x6000), 12));
    fill(0x1000, pattern(12, 1));
    fill(0x1000, Bytes(4, std::byte{0xee}));
    const std::vector<DumpSegment> segments{{.da = DeviceAddress(0x1000), .size = 12},
                                            {.da = DeviceAddress(0x1000), .size = 4}};
    ASSERT_EQ(outcome(write(segments)), "ok");
    EXPECT_EQ(Bytes(file.end() - 16, file.end() - 4), pattern(12, 1)) << "the first that contains the whole segment";
    EXPECT_EQ(Bytes(file.end() - 4, file.end()), Bytes(4, std::byte{0xee}));
}

TEST_F(CoredumpTest, SegmentPastTheEndOfTheAddressSpaceIsFilled) {
    add(Carveout::region("top", DeviceAddress(~0ULL - 4), PhysicalAddress(0), 4));
    fill(~0ULL - 4, pattern(4));
    info.elf_class = CoredumpClass::elf64;
    const std::vector<DumpSegment> segments{{.da = DeviceAddress(~0ULL - 4), .size = 8}};
    const auto written = write(segments);
    ASSERT_EQ(outcome(written), "ok");
    EXPECT_EQ(Bytes(file.end() - 8, file.end() - 4), pattern(4));
    EXPECT_EQ(Bytes(file.end() - 4, file.end()), Bytes(4, std::byte{0xff}));
    EXPECT_EQ(written->unmapped.front().bytes, 4U);
}

TEST_F(CoredumpTest, CustomDumpReadsItsSegmentInChunks) {
    std::vector<std::uint64_t> offsets;
    std::vector<std::size_t> sizes;
    const std::vector<DumpSegment> segments{{.da = DeviceAddress(0x20000000),
                                             .size = 2 * kCoredumpPiece + 5,
                                             .dump = [&](std::span<std::byte> destination, std::uint64_t offset) {
                                                 offsets.push_back(offset);
                                                 sizes.push_back(destination.size());
                                                 destination[0] = std::byte{0x11};
                                             }}};
    const auto written = write(segments);
    ASSERT_EQ(outcome(written), "ok");
    EXPECT_THAT(offsets, ElementsAre(0, kCoredumpPiece, 2 * kCoredumpPiece));
    EXPECT_THAT(sizes, ElementsAre(kCoredumpPiece, kCoredumpPiece, 5));
    EXPECT_THAT(written->unmapped, IsEmpty());
    const auto last = Bytes(file.end() - 5, file.end());
    EXPECT_EQ(last[0], std::byte{0x11});
    EXPECT_EQ(last[1], std::byte{0xff}) << "bytes that the function leaves out are filler, not an earlier chunk";
}

TEST_F(CoredumpTest, Streams256MiB) {
    constexpr std::uint64_t kRegion = 128ULL << 20U;
    add(Carveout::region("a", DeviceAddress(0x40000000), PhysicalAddress(0x40000000), kRegion));
    add(Carveout::region("b", DeviceAddress(0x50000000), PhysicalAddress(0x50000000), kRegion));
    fill(0x40000000 + kRegion - 4, pattern(4, 0xa0));
    fill(0x50000000 + kRegion - 4, pattern(4, 0xb0));
    std::size_t largest = 0;
    std::uint64_t total = 0;
    std::uint64_t set_bytes = 0;
    Bytes tail;
    const auto written = write_coredump(
        info, dump_segments_of(carveouts), carveouts, [&](std::span<const std::byte> piece) -> Result<void> {
            largest = std::max(largest, piece.size());
            if (total != 0)
                set_bytes += piece.size() - static_cast<std::size_t>(std::ranges::count(piece, std::byte{0}));
            total += piece.size();
            tail.assign(piece.end() - 4, piece.end());
            return {};
        });
    ASSERT_EQ(outcome(written), "ok");
    EXPECT_EQ(largest, kCoredumpPiece);
    EXPECT_EQ(total, 52 + 2 * 32 + 2 * kRegion);
    EXPECT_EQ(written->size, total);
    EXPECT_EQ(set_bytes, 8U) << "after the headers only the two marks are not zero";
    EXPECT_EQ(tail, pattern(4, 0xb0));
}

TEST_F(CoredumpTest, ManySegmentsMakeFewWrites) {
    add_retram_and_mcuram();
    const std::vector<DumpSegment> segments(10000, {.da = DeviceAddress(0), .size = 0, .name = "s"});
    for (const auto format : {CoredumpFormat::segments, CoredumpFormat::sections}) {
        info.format = format;
        std::vector<std::size_t> pieces;
        const auto written = write_coredump(info, segments, carveouts, [&](auto piece) -> Result<void> {
            pieces.push_back(piece.size());
            return {};
        });
        ASSERT_EQ(outcome(written), "ok");
        EXPECT_EQ(pieces.size(), written->size / kCoredumpPiece + 1);
        EXPECT_EQ(*std::ranges::max_element(pieces), kCoredumpPiece);
    }
}

TEST_F(CoredumpTest, FailingSinkEndsTheDump) {
    add_retram_and_mcuram();
    const auto segments = dump_segments_of(carveouts);
    for (int allowed = 0; allowed < 3; ++allowed) {
        int calls = 0;
        const auto written = write_coredump(info, segments, carveouts, [&](auto /*piece*/) -> Result<void> {
            if (calls++ < allowed) return {};
            return fail(Error::of({.code = ErrorCode::tee_gone, .message = "the sink is full"}, {}, {}));
        });
        EXPECT_EQ(outcome(written), "tee-gone");
        EXPECT_EQ(calls, allowed + 1);
    }
}

TEST_F(CoredumpTest, DumpTooLargeForElf32IsRefusedBeforeTheFirstWrite) {
    const auto refusal = [&](std::vector<DumpSegment> segments) {
        const auto written = write(segments);
        EXPECT_THAT(file, IsEmpty());
        EXPECT_EQ(outcome(coredump_size(info, segments)), outcome(written));
        return written ? "written" : written.error().message();
    };
    EXPECT_EQ(refusal({{.da = DeviceAddress(k4GiB), .size = 1}}),
              "segment 0 (0x100000000+0x1): its address 0x100000000 does not fit ELF32");
    EXPECT_EQ(refusal({{.size = k4GiB}}), "segment 0 (0x0+0x100000000): its size 0x100000000 does not fit ELF32");
    EXPECT_EQ(refusal({{.size = k4GiB - 1}, {.size = 1}}),
              "segment 1 (0x0+0x1): its file offset 0x100000073 does not fit ELF32");
    info.boot_address = DeviceAddress(k4GiB);
    EXPECT_EQ(refusal({{.size = 1}}), "ELF header: its boot address 0x100000000 does not fit ELF32");
    info.elf_class = CoredumpClass::elf64;
    EXPECT_EQ(coredump_size(info, std::vector<DumpSegment>{{.size = k4GiB}, {.size = 1}}).value(),
              64 + 2 * 56 + k4GiB + 1);
    EXPECT_EQ(refusal({{.size = ~0ULL}}),
              "segment 0 (0x0+0xffffffffffffffff): its size 0xffffffffffffffff does not fit ELF64");
}

TEST_F(CoredumpTest, MoreSegmentsThanPhnumIsRefused) {
    for (const auto format : {CoredumpFormat::segments, CoredumpFormat::sections}) {
        info.format = format;
        std::vector<DumpSegment> segments(most_dump_segments(format));
        EXPECT_EQ(outcome(coredump_size(info, segments)), "ok");
        segments.emplace_back();
        EXPECT_EQ(outcome(write(segments)), "carveout-limit");
        EXPECT_THAT(file, IsEmpty());
    }
}

TEST_F(CoredumpTest, SectionNameEndsAtItsFirstZero) {
    add_retram_and_mcuram();
    info.format = CoredumpFormat::sections;
    const std::vector<DumpSegment> segments{{.size = 1, .name = std::string("a\0b", 3)}, {.size = 1, .name = "c"}};
    ASSERT_EQ(outcome(write(segments)), "ok");
    EXPECT_EQ(coredump_size(info, segments).value(), file.size());
    file[44] = std::byte{1};
    const auto image = ElfImage::parse(file).value();
    EXPECT_EQ(image.section(2).name, "a");
    EXPECT_EQ(image.section(3).name, "c");
}

}  // namespace
}  // namespace rproc
