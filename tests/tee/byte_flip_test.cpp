// SPDX-License-Identifier: BSD-2-Clause
// Each byte of a small signed image changed in turn: the software TEE refuses it and clears the memories, or the format
// does not cover the byte, which is then listed below with the reason why the change is harmless.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tee/small_image.hpp"

namespace rproc {
namespace {

using tee::ResultCode;
using test::BareTee;
using test::Bytes;
using State = tee::SoftwareTee::ProcessorState;

// small_elf() in its file: header, two program headers, two segments, a section outside both, the names of the
// sections, then four section headers: null, .resource_table, .comment, .shstrtab.
constexpr std::size_t kElfSize = 368;
constexpr std::size_t kComment = 52 + 2 * 32 + 32 + 16;
constexpr std::size_t kNames = kComment + 8;
constexpr std::size_t kNull = kNames + 36;
constexpr std::size_t kTable = kNull + 40;
constexpr std::size_t kOthers = kTable + 40;

/// The effect of a change that is not refused.
enum class Effect {
    none,   ///< it loads as the unchanged image does
    table,  ///< the section of the table is not found, or found elsewhere: if it is not refused, the TEE reports no
            ///< table, or one inside a signed segment
};

/// Bytes of the ELF file that neither signature nor hashes cover.
struct Uncovered {
    std::size_t offset;
    std::size_t size;
    Effect effect;
    std::string_view why;
};

constexpr std::array kUncovered{
    Uncovered{6, 10, Effect::none, "EI_VERSION, EI_OSABI and padding: not read"},
    Uncovered{16, 8, Effect::none, "e_type, e_machine, e_version: not read; the segments are authentic whatever these"},
    Uncovered{24, 4, Effect::none, "e_entry: not read; the processor starts from the vectors in a segment"},
    Uncovered{32, 4, Effect::table, "e_shoff: other bytes are taken for section headers"},
    Uncovered{36, 8, Effect::none, "e_flags, e_ehsize, e_phentsize: not read; a program header of ELF32 has 32 bytes"},
    Uncovered{46, 2, Effect::none, "e_shentsize: not read; a section header of ELF32 has 40 bytes"},
    Uncovered{48, 4, Effect::table, "e_shnum, e_shstrndx: fewer or more section headers, other names"},
    Uncovered{kComment, 8, Effect::none, "a section outside every segment, and padding: not loaded"},
    Uncovered{kNames, 1, Effect::none, "the empty name: only the name of the table is looked for"},
    Uncovered{kNames + 1, 16, Effect::table, "the name .resource_table"},
    Uncovered{kNames + 17, 19, Effect::none, "the names of other sections"},
    Uncovered{kNull, 4, Effect::table, "sh_name of the null section: it may become the table's, of size 0"},
    Uncovered{kNull + 4, 36, Effect::none, "the rest of a section that is not the table"},
    Uncovered{kTable, 4, Effect::table, "sh_name of the table"},
    Uncovered{kTable + 4, 8, Effect::none, "sh_type, sh_flags of the table: not read"},
    Uncovered{kTable + 12, 4, Effect::table, "sh_addr of the table: moves it within the segments"},
    Uncovered{kTable + 16, 4, Effect::none, "sh_offset of the table: it is reported where it was loaded"},
    Uncovered{kTable + 20, 4, Effect::table, "sh_size of the table: changes it within its segment, or drops it"},
    Uncovered{kTable + 24, 16, Effect::none, "sh_link, sh_info, sh_addralign, sh_entsize of the table: not read"},
    Uncovered{kOthers, 40 + 16, Effect::none, "sections that are not the table"},
    Uncovered{kOthers + 40 + 16, 4, Effect::table, "sh_offset of .shstrtab: other bytes are taken for names"},
    Uncovered{kOthers + 40 + 20, 20, Effect::none, "the rest of .shstrtab: only its offset is read"},
};

constexpr std::array kChanges{std::byte{0x01}, std::byte{0x80}, std::byte{0xff}};

class ByteFlip : public ::testing::Test {
  protected:
    ByteFlip() : good_(test::small_package().sign(test::signing_key("p256"))), elf_at_(good_.size() - kElfSize) {}

    /// The result of loading the image with one byte changed, after the unchanged one ran.
    ResultCode load_changed(std::size_t offset, std::byte change) {
        static_cast<void>(tee_.release());
        tee_.run_once(good_);
        Bytes image = good_;
        image[offset] ^= change;
        return tee_.load(image);
    }

    void expect_clear() const {
        EXPECT_EQ(tee_.tee.state(0), State::off);
        EXPECT_TRUE(tee_.tee.is_clear(0));
    }

    void expect_harmless(Effect effect) {
        EXPECT_EQ(tee_.seen(), test::small_elf_in_memory());
        std::uint64_t pa = 0;
        std::uint64_t size = 0;
        ASSERT_EQ(tee_.get_table(pa, size), ResultCode::success);
        if (effect == Effect::none) {
            EXPECT_EQ(pa, test::kSmallTablePa);
            EXPECT_EQ(size, test::kSmallTableSize);
        } else {
            EXPECT_TRUE(size == 0 || in_a_segment(pa, size)) << fmt::format("{:#x}+{:#x}", pa, size);
        }
    }

    static bool in_a_segment(std::uint64_t pa, std::uint64_t size) {
        const auto holds = [&](std::uint64_t start, std::uint64_t bytes) {
            return pa >= start && size <= bytes && pa - start <= bytes - size;
        };
        return holds(0x38000040, 32) || holds(0x10000020, 48);
    }

    Bytes good_;
    std::size_t elf_at_;
    BareTee tee_{test::trusting("p256"), test::kSmallMemories};
};

const Uncovered* find_uncovered(std::size_t offset) {
    const auto* const found = std::ranges::find_if(
        kUncovered, [&](const Uncovered& row) { return offset >= row.offset && offset - row.offset < row.size; });
    return found == kUncovered.end() ? nullptr : found;
}

TEST_F(ByteFlip, UnchangedImageIsLoaded) {
    ASSERT_EQ(test::small_elf().size(), kElfSize);
    EXPECT_EQ(tee_.load(good_), ResultCode::success) << tee_.tee.last_load(0).reason;
    expect_harmless(Effect::none);
}

TEST_F(ByteFlip, ChangeOfACoveredByteIsRefused) {
    std::size_t refused = 0;
    for (std::size_t offset = 0; offset < good_.size(); ++offset) {
        if (offset >= elf_at_ && find_uncovered(offset - elf_at_) != nullptr) continue;
        for (const std::byte change : kChanges) {
            EXPECT_NE(load_changed(offset, change), ResultCode::success)
                << fmt::format("byte {:#x} of the file, {:#x} of the ELF file", offset, offset - elf_at_);
            expect_clear();
            ++refused;
        }
    }
    EXPECT_GT(refused, 3 * elf_at_);  // all in front of the ELF file, and some in it
}

TEST_F(ByteFlip, ChangeOfAnUncoveredByteDoesNotChangeTheMemories) {
    for (const Uncovered& row : kUncovered) {
        std::size_t loaded = 0;
        for (std::size_t i = 0; i < row.size * kChanges.size(); ++i) {
            SCOPED_TRACE(fmt::format("byte {:#x} of the ELF file: {}", row.offset + i / kChanges.size(), row.why));
            const std::size_t offset = elf_at_ + row.offset + i / kChanges.size();
            const bool accepted = load_changed(offset, kChanges.at(i % kChanges.size())) == ResultCode::success;
            if (accepted) {
                ++loaded;
                expect_harmless(row.effect);
            } else {
                EXPECT_EQ(row.effect, Effect::table) << tee_.tee.last_load(0).reason;
                expect_clear();
            }
        }
        EXPECT_GT(loaded, 0U) << "always refused: " << row.why;
    }
}

// The padding of the last image to eight bytes is not hashed: it must be zero.
TEST_F(ByteFlip, PaddingBehindTheImagesIsRefused) {
    auto package = test::small_package();
    package.images[0].resize(kElfSize + 3);
    package.tlv(0x05).value = test::ByteWriter().u32(kElfSize + 3).take();
    package.header.img_len = kElfSize + 3;
    good_ = package.sign(test::signing_key("p256"));
    EXPECT_EQ(tee_.load(good_), ResultCode::success) << tee_.tee.last_load(0).reason;
    for (std::size_t i = 1; i <= 5; ++i) {
        for (const std::byte change : kChanges) {
            EXPECT_EQ(load_changed(good_.size() - i, change), ResultCode::bad_parameters);
            expect_clear();
        }
    }
}

}  // namespace
}  // namespace rproc
