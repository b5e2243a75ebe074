// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/elf_image.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "support/elf_builder.hpp"

namespace rproc {
namespace {

using test::Bytes;
using test::ElfClass;
using test::outcome;

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

/// A file in an exact heap allocation.
class HeapFile {
  public:
    explicit HeapFile(std::span<const std::byte> bytes)
        : size_(bytes.size()), bytes_(std::make_unique<std::byte[]>(bytes.size())) {
        std::ranges::copy(bytes, bytes_.get());
    }
    [[nodiscard]] std::span<const std::byte> get() const { return {bytes_.get(), size_}; }
    [[nodiscard]] Result<ElfImage> parse() const { return ElfImage::parse(get()); }

  private:
    std::size_t size_;
    std::unique_ptr<std::byte[]> bytes_;  // NOLINT(modernize-avoid-c-arrays): exactly this many bytes
};

test::ElfImage good(ElfClass elf_class) {
    return {.elf_class = elf_class,
            .segments = {{.paddr = 0x10000000, .data = test::pattern(64), .vaddr = 0x20000000, .memsz = 100},
                         {.type = 4, .paddr = 0, .data = test::pattern(8)}},
            .sections = {{.name = ".text", .addr = 0x10000000, .data = test::pattern(64), .segment = 0},
                         {.name = ".resource_table", .addr = 0x10000020, .data = test::pattern(20, 9)}},
            .header = {.type = 2, .machine = 40, .entry = 0x10000041}};
}

/// Each test runs for both ELF classes.
class ElfImageTest : public ::testing::TestWithParam<ElfClass> {
  protected:
    [[nodiscard]] static bool is_64() { return GetParam() == ElfClass::k64; }
    [[nodiscard]] static std::size_t header_bytes() { return is_64() ? 64 : 52; }
    [[nodiscard]] static std::size_t section_header_bytes() { return is_64() ? 64 : 40; }
    [[nodiscard]] static std::size_t program_header_bytes() { return is_64() ? 56 : 32; }

    [[nodiscard]] static test::ElfImage with(test::HeaderFields fields) {
        auto image = good(GetParam());
        image.header = std::move(fields);
        return image;
    }
    [[nodiscard]] static std::string parsed(const Bytes& bytes) { return outcome(HeapFile(bytes).parse()); }
    [[nodiscard]] static std::string parsed_with(test::HeaderFields fields) {
        return parsed(with(std::move(fields)).build());
    }
    [[nodiscard]] static std::string kernel_line(const Bytes& bytes) {
        const auto image = HeapFile(bytes).parse();
        return image ? "" : image.error().kernel_line();
    }
};

TEST_P(ElfImageTest, ReadsTheHeader) {
    const HeapFile file(good(GetParam()).build());
    const auto image = file.parse();
    ASSERT_EQ(outcome(image), "ok");
    const ElfHeader& header = image->header();
    EXPECT_EQ(header.elf_class, is_64() ? 64 : 32);
    EXPECT_EQ(header.type, 2);
    EXPECT_EQ(header.machine, 40);
    EXPECT_EQ(header.entry, DeviceAddress(0x10000041));
    EXPECT_EQ(header.phoff, header_bytes());
    EXPECT_EQ(header.phnum, 2);
    EXPECT_EQ(header.shnum, 4);
    EXPECT_EQ(header.shstrndx, 3);
    EXPECT_EQ(image->bytes().data(), file.get().data());
}

TEST_P(ElfImageTest, ReadsSegments) {
    const HeapFile file(good(GetParam()).build());
    const auto image = file.parse().value();
    ASSERT_EQ(image.segment_count(), 2U);
    const ElfSegment segment = image.segment(0);
    EXPECT_EQ(segment.index, 0U);
    EXPECT_EQ(segment.type, ElfSegment::kLoad);
    EXPECT_EQ(segment.flags, 7U);
    EXPECT_EQ(segment.paddr, DeviceAddress(0x10000000));
    EXPECT_EQ(segment.vaddr, DeviceAddress(0x20000000));
    EXPECT_EQ(segment.filesz, 64U);
    EXPECT_EQ(segment.memsz, 100U);
    EXPECT_EQ(segment.align, 4U);
    EXPECT_EQ(describe(place_of(segment)), "segment 0 (0x10000000+0x64)");
    EXPECT_EQ(image.segment(1).type, 4U);
}

TEST_P(ElfImageTest, WalksItsSegmentsInOrder) {
    const HeapFile file(good(GetParam()).build());
    const ElfImage image = file.parse().value();
    std::uint32_t next = 0;
    for (const ElfSegment segment : image.segments()) {
        EXPECT_EQ(segment.index, next);
        EXPECT_EQ(segment.paddr, image.segment(next).paddr);
        ++next;
    }
    EXPECT_EQ(next, image.segment_count());
}

TEST_P(ElfImageTest, ReadsSections) {
    const HeapFile file(good(GetParam()).build());
    const auto image = file.parse().value();
    ASSERT_EQ(image.section_count(), 4U);
    EXPECT_EQ(image.section(0).name, "");
    EXPECT_EQ(image.section(1).name, ".text");
    EXPECT_EQ(image.section(3).name, ".shstrtab");
    const ElfSection table = image.section(2);
    EXPECT_EQ(table.index, 2U);
    EXPECT_EQ(table.name, ".resource_table");
    EXPECT_EQ(table.addr, DeviceAddress(0x10000020));
    EXPECT_EQ(table.size, 20U);
    EXPECT_TRUE(std::ranges::equal(image.contents(table).value(), test::pattern(20, 9)));
}

TEST_P(ElfImageTest, FindsASectionByItsExactName) {
    const HeapFile file(good(GetParam()).build());
    const auto image = file.parse().value();
    EXPECT_EQ(image.find_section(".resource_table").value().index, 2U);
    EXPECT_FALSE(image.find_section(".resource_tabl").has_value());
    EXPECT_FALSE(image.find_section(".resource_table2").has_value());
}

TEST_P(ElfImageTest, FirstSectionOfANameIsFound) {
    auto image = good(GetParam());
    image.sections.push_back(image.sections[0]);
    const HeapFile file(image.build());
    EXPECT_EQ(file.parse().value().find_section(".text").value().index, 1U);
}

TEST_P(ElfImageTest, ReturnsTheBytesOfASegment) {
    const HeapFile file(good(GetParam()).build());
    const auto image = file.parse().value();
    const auto contents = image.contents(image.segment(0));
    ASSERT_EQ(outcome(contents), "ok");
    EXPECT_TRUE(std::ranges::equal(*contents, test::pattern(64)));
}

TEST_P(ElfImageTest, TruncatedHeaderIsRefused) {
    const Bytes bytes = with({.shoff = 0}).build();
    for (std::size_t size = 0; size < header_bytes(); ++size)
        EXPECT_EQ(parsed(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))), "elf-too-small")
            << size;
    EXPECT_EQ(kernel_line(Bytes(51)), "Image is too small");
}

TEST_P(ElfImageTest, WrongMagicIsRefused) {
    for (std::size_t i = 0; i < 4; ++i) {
        Bytes bytes = good(GetParam()).build();
        bytes[i] ^= std::byte{1};
        EXPECT_EQ(parsed(bytes), "elf-bad-magic") << i;
        EXPECT_EQ(kernel_line(bytes), "Image is corrupted (bad magic)");
    }
}

TEST_P(ElfImageTest, UnknownClassIsRefused) {
    for (const std::uint64_t elf_class : {0U, 3U, 255U}) {
        const auto image = with({.elf_class = elf_class});
        EXPECT_EQ(parsed(image.build()), "elf-bad-class") << elf_class;
        EXPECT_EQ(kernel_line(image.build()), "Unsupported class: " + std::to_string(elf_class));
    }
}

TEST_P(ElfImageTest, BigEndianIsRefused) {
    auto big = good(GetParam());
    big.order = test::ByteOrder::kBig;
    EXPECT_EQ(parsed(big.build()), "elf-wrong-endianness");
    EXPECT_EQ(kernel_line(big.build()), "Unsupported firmware endianness");
    EXPECT_EQ(parsed_with({.data = 0}), "elf-wrong-endianness");
    EXPECT_EQ(parsed_with({.data = 3}), "elf-wrong-endianness");
}

TEST_P(ElfImageTest, FileWithoutASectionHeaderIsRefused) {
    const std::uint64_t size = good(GetParam()).build().size();
    EXPECT_EQ(parsed_with({.shoff = size - section_header_bytes()}), "ok");
    EXPECT_EQ(parsed_with({.shoff = size - section_header_bytes() + 1}), "elf-headers-outside-file");
    EXPECT_EQ(parsed_with({.shoff = size}), "elf-headers-outside-file");
    EXPECT_EQ(kernel_line(with({.shoff = size}).build()), "Image is too small");
}

TEST_P(ElfImageTest, ImageWithoutProgramHeadersIsRefused) {
    EXPECT_EQ(parsed_with({.phnum = 0}), "elf-no-segments");
    EXPECT_EQ(kernel_line(with({.phnum = 0}).build()), "No loadable segments");
    const std::uint64_t size = good(GetParam()).build().size();
    EXPECT_EQ(parsed_with({.phoff = size}), "ok");
    EXPECT_EQ(parsed_with({.phoff = size + 1}), "elf-headers-outside-file");
    EXPECT_EQ(kernel_line(with({.phoff = size + 1}).build()), "Firmware size is too small");
}

TEST_P(ElfImageTest, RegressionHeaderOffsetsDoNotWrap) {
    const std::uint64_t top = is_64() ? kTop : 0xffffffff;
    for (const std::uint64_t back : {0U, 1U, 31U, 40U, 64U}) {
        EXPECT_EQ(parsed_with({.shoff = top - back}), "elf-headers-outside-file") << back;
        EXPECT_EQ(parsed_with({.phoff = top - back}), "elf-headers-outside-file") << back;
    }
}

TEST_P(ElfImageTest, IgnoresFieldsThatTheKernelDoesNotCheck) {
    EXPECT_EQ(parsed_with({.ident_version = 9,
                           .type = 0,
                           .machine = 62,
                           .version = 9,
                           .entry = 0,
                           .ehsize = 1,
                           .phentsize = 1,
                           .shentsize = 1}),
              "ok");
}

TEST_P(ElfImageTest, ReturnsOnlyProgramHeadersThatBeginInTheFile) {
    const std::uint64_t size = good(GetParam()).build().size();
    const HeapFile whole(with({.phoff = size - 2 * program_header_bytes(), .phnum = 0xffff}).build());
    EXPECT_EQ(whole.parse().value().segment_count(), 2U);
    EXPECT_EQ(whole.parse().value().header().phnum, 0xffff);
    const HeapFile none(with({.phoff = size}).build());
    EXPECT_EQ(none.parse().value().segment_count(), 0U);
}

TEST_P(ElfImageTest, TruncatedPartOfAHeaderReadsAsZero) {
    auto source = good(GetParam());
    source.header.phoff = source.build().size();
    source.header.phnum = 1;
    Bytes bytes = source.build();
    bytes.insert(bytes.end(), {std::byte{1}, std::byte{0}, std::byte{0}, std::byte{0}});
    const HeapFile file(bytes);
    const auto image = file.parse().value();
    ASSERT_EQ(image.segment_count(), 1U);
    EXPECT_EQ(image.segment(0).type, 1U);
    EXPECT_EQ(image.segment(0).memsz, 0U);
    EXPECT_FALSE(image.segment(0).loadable());
}

TEST_P(ElfImageTest, ReturnsOnlySectionHeadersInsideTheFile) {
    const HeapFile file(with({.shnum = 0xffff}).build());
    const auto image = file.parse().value();
    EXPECT_EQ(image.section_count(), 4U);
    EXPECT_FALSE(image.find_section(".absent").has_value());
    EXPECT_TRUE(image.find_section(".resource_table").has_value());
}

TEST_P(ElfImageTest, WithoutANameTableSectionsHaveNoNames) {
    const HeapFile file(with({.shstrndx = 0xffff}).build());
    const auto image = file.parse().value();
    for (std::uint32_t i = 0; i < image.section_count(); ++i) EXPECT_EQ(image.section(i).name, "") << i;
    EXPECT_FALSE(image.find_section(".resource_table").has_value());
}

TEST_P(ElfImageTest, NameOutsideTheFileIsEmpty) {
    auto image = good(GetParam());
    image.sections[0].name_offset = 0xffffffff;
    const HeapFile file(image.build());
    EXPECT_EQ(file.parse().value().section(1).name, "");
}

TEST(ElfImage, RegressionNameTableOffsetPlusNameDoesNotWrap) {
    auto source = good(ElfClass::k64);
    source.sections.push_back({.name = "names", .offset = kTop, .size = 1});
    source.header.shstrndx = 3;
    source.sections[0].name_offset = 2;  // wraps to the second byte of the file, the 'E' of the magic
    const HeapFile file(source.build());
    EXPECT_EQ(file.parse().value().section(1).name, "");
}

// The string table begins in the last bytes of the file, which have no zero.
TEST_P(ElfImageTest, NameEndsAtTheEndOfTheFile) {
    auto source = good(GetParam());
    source.sections.push_back({.name = "names", .offset = 0, .size = 1});
    source.sections[0].name_offset = 0;
    source.header.shstrndx = 3;
    source.sections[2].offset = source.build().size();
    Bytes bytes = source.build();
    bytes.insert(bytes.end(), {std::byte{'a'}, std::byte{'b'}});
    const HeapFile file(bytes);
    EXPECT_EQ(file.parse().value().section(1).name, "ab");
}

TEST_P(ElfImageTest, FileszLargerThanMemszIsRefused) {
    auto source = good(GetParam());
    source.segments[0].memsz = 63;
    const HeapFile file(source.build());
    const auto image = file.parse().value();
    const auto contents = image.contents(image.segment(0));
    EXPECT_EQ(outcome(contents), "segment-filesz-exceeds-memsz");
    EXPECT_EQ(contents.error().kernel_line(), "bad phdr filesz 0x40 memsz 0x3f");
}

TEST_P(ElfImageTest, SegmentOutsideTheFileIsRefused) {
    const std::uint64_t size = good(GetParam()).build().size();
    for (const auto& [offset, expected] :
         {std::pair{size - 64, "ok"}, {size - 63, "segment-truncated"}, {size + 1, "segment-truncated"}}) {
        auto source = good(GetParam());
        source.segments[0].offset = offset;
        const HeapFile file(source.build());
        const auto image = file.parse().value();
        EXPECT_EQ(outcome(image.contents(image.segment(0))), expected) << offset;
    }
}

TEST_P(ElfImageTest, TruncationErrorHasTheMissingSize) {
    auto source = good(GetParam());
    source.segments[0].offset = 0x8000;
    const HeapFile file(source.build());
    const auto image = file.parse().value();
    const std::string line = image.contents(image.segment(0)).error().kernel_line();
    EXPECT_EQ(line, fmt::format("truncated fw: need 0x8040 avail {:#x}", file.get().size()));
}

TEST_P(ElfImageTest, RegressionSegmentOffsetPlusSizeDoesNotWrap) {
    const std::uint64_t top = is_64() ? kTop : 0xffffffff;
    for (const std::uint64_t offset : {top, top - 63, top - 62}) {
        auto source = good(GetParam());
        source.segments[0].offset = offset;
        const HeapFile file(source.build());
        const auto image = file.parse().value();
        EXPECT_EQ(outcome(image.contents(image.segment(0))), "segment-truncated") << offset;
    }
    auto source = good(GetParam());
    source.segments[0].filesz = top;
    source.segments[0].memsz = top;
    const HeapFile file(source.build());
    const auto image = file.parse().value();
    EXPECT_EQ(outcome(image.contents(image.segment(0))), "segment-truncated");
}

TEST_P(ElfImageTest, RegressionSectionOffsetPlusSizeDoesNotWrap) {
    const std::uint64_t top = is_64() ? kTop : 0xffffffff;
    for (const std::uint64_t offset : {top, top - 19, top - 18, top - 7}) {
        auto source = good(GetParam());
        source.sections[1].offset = offset;
        const HeapFile file(source.build());
        const auto image = file.parse().value();
        EXPECT_FALSE(image.contents(image.section(2)).has_value()) << offset;
    }
    auto source = good(GetParam());
    source.sections[1].size = top;
    const HeapFile file(source.build());
    const auto image = file.parse().value();
    EXPECT_FALSE(image.contents(image.section(2)).has_value());
}

TEST_P(ElfImageTest, OnlyPtLoadWithASizeIsLoaded) {
    auto source = good(GetParam());
    source.segments.push_back({.paddr = 0x10000000, .memsz = 0});
    source.segments.push_back({.paddr = 0x10000000, .memsz = 1});
    const HeapFile file(source.build());
    const auto image = file.parse().value();
    EXPECT_TRUE(image.segment(0).loadable());
    EXPECT_FALSE(image.segment(1).loadable());
    EXPECT_FALSE(image.segment(2).loadable());
    EXPECT_TRUE(image.segment(3).loadable());
}

INSTANTIATE_TEST_SUITE_P(BothClasses, ElfImageTest, ::testing::Values(ElfClass::k32, ElfClass::k64),
                         [](const auto& param) { return param.param == ElfClass::k32 ? "Elf32" : "Elf64"; });

TEST(ElfImage, Elf64KeepsTheUpperHalfOfAddresses) {
    auto source = good(ElfClass::k64);
    source.segments[0].paddr = 0x110000000;
    source.segments[0].memsz = 0x200000000;
    source.header.entry = 0x300000000;
    const HeapFile file(source.build());
    const auto image = file.parse().value();
    EXPECT_EQ(image.segment(0).paddr, DeviceAddress(0x110000000));
    EXPECT_EQ(image.segment(0).memsz, 0x200000000U);
    EXPECT_EQ(image.header().entry, DeviceAddress(0x300000000));
}

TEST(ElfImage, ShortElf64HeaderHasTheKernelsLogLine) {
    Bytes bytes = good(ElfClass::k64).build();
    bytes.resize(63);
    EXPECT_EQ(HeapFile(bytes).parse().error().kernel_line(), "elf64 header is too small");
}

}  // namespace
}  // namespace rproc
