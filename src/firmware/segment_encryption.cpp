// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/segment_encryption.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc {
namespace {

constexpr std::uint64_t kElfHeaderSize = 52;  // of ELF32, as the next two
constexpr std::uint64_t kProgramHeaderSize = 32;
constexpr std::uint64_t kSectionHeaderSize = 40;

/// A range of the file. Offsets and sizes of ELF32 have 32 bits, so that their sums cannot wrap.
struct Piece {
    Place place;  ///< its names are literals
    std::uint64_t offset;
    std::uint64_t size;

    [[nodiscard]] bool overlaps(const Piece& other) const noexcept {
        return size != 0 && other.size != 0 && offset < other.offset + other.size && other.offset < offset + size;
    }
};

bool is_encrypted(const ElfSegment& segment) noexcept {
    return segment.type == ElfSegment::kLoad && segment.filesz != 0;
}

/// The ranges that the trusted application reads before it decrypts.
std::vector<Piece> readable_pieces(const ElfImage& image) {
    const ElfHeader& header = image.header();
    std::vector<Piece> pieces{
        {place::Part{"the ELF header"}, 0, kElfHeaderSize},
        {place::Part{"the program headers"}, header.phoff, header.phnum * kProgramHeaderSize},
        {place::Part{"the section headers"}, header.shoff, header.shnum * kSectionHeaderSize},
    };
    if (header.shstrndx < image.section_count()) {
        const ElfSection names = image.section(header.shstrndx);
        pieces.push_back({place::Part{"the names of the sections"}, names.offset, names.size});
    }
    return pieces;
}

std::vector<Piece> encrypted_pieces(const ElfImage& image) {
    std::vector<Piece> pieces;
    for (const ElfSegment segment : image.segments())
        if (is_encrypted(segment)) pieces.push_back({place_of(segment), segment.offset, segment.filesz});
    std::ranges::stable_sort(pieces, {}, &Piece::offset);
    return pieces;
}

constexpr ErrorText kShared{.code = ErrorCode::image_unsignable,
                            .message = "shares bytes of the file with {0}, and cannot be encrypted",
                            .hint = "give each segment bytes of its own in the linker script"};
constexpr ErrorText kUnaligned{.code = ErrorCode::image_unsignable,
                               .message = "has {0} bytes, and only multiples of 16 can be encrypted",
                               .hint = "align the ends of the sections to 16 in the linker script: `. = ALIGN(16);`"};

Error overlap(const std::string& name, const Piece& piece, const Piece& other) {
    return Error(kShared, piece.place.in_file(name), describe(other.place));
}

Result<void> check(const ElfImage& image, const std::string& name) {
    const auto readable = readable_pieces(image);
    const auto encrypted = encrypted_pieces(image);
    for (std::size_t i = 0; i < encrypted.size(); ++i) {
        const Piece& piece = encrypted[i];
        if (piece.size % kAesBlockSize != 0) {
            return fail(kUnaligned, piece.place.in_file(name), piece.size);
        }
        const auto other = std::ranges::find_if(readable, [&](const Piece& each) { return piece.overlaps(each); });
        if (other != readable.end()) return fail(overlap(name, piece, *other));
        if (i > 0 && piece.overlaps(encrypted[i - 1])) return fail(overlap(name, piece, encrypted[i - 1]));
    }
    return {};
}

}  // namespace

Result<std::vector<AesIv>> encrypt_segments(std::span<std::byte> elf, const std::string& name, const AesKey& key,
                                            const std::function<AesIv()>& ivs) {
    RPROC_TRY_ASSIGN(const ElfImage image, ElfImage::parse(elf));
    RPROC_TRY(check(image, name));
    std::vector<AesIv> used;
    for (const ElfSegment segment : image.segments()) {
        const AesIv iv = ivs();
        used.push_back(iv);
        if (!is_encrypted(segment)) continue;
        (void)aes256_cbc_encrypt(key, iv,
                                 internal::slice(elf, segment.offset, segment.filesz));  // whole blocks: checked
    }
    return used;
}

}  // namespace rproc
