// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/elf_image.hpp"

#include <elf.h>
#include <libelf.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "rproc/firmware/signed_image.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc {
namespace {

using internal::fits;

struct Elf32 {
    using Ehdr = Elf32_Ehdr;
    using Phdr = Elf32_Phdr;
    using Shdr = Elf32_Shdr;
    static Elf_Data* translate(Elf_Data* to, const Elf_Data* from, unsigned encoding) {
        return elf32_xlatetom(to, from, encoding);
    }
};

struct Elf64 {
    using Ehdr = Elf64_Ehdr;
    using Phdr = Elf64_Phdr;
    using Shdr = Elf64_Shdr;
    static Elf_Data* translate(Elf_Data* to, const Elf_Data* from, unsigned encoding) {
        return elf64_xlatetom(to, from, encoding);
    }
};

/// Copies one little-endian header out of the file, in the host's byte order. Bytes past the end of the file read as
/// zero. Precondition: `offset` lies inside `bytes`.
template <class Elf, class Header>
Header read_header(std::span<const std::byte> bytes, std::uint64_t offset, Elf_Type type) noexcept {
    Header raw{};
    const auto there = internal::slice(bytes, offset);
    std::memcpy(&raw, there.data(), std::min(sizeof raw, there.size()));
    Header header{};
    Elf_Data from{
        .d_buf = &raw, .d_type = type, .d_version = EV_CURRENT, .d_size = sizeof raw, .d_off = 0, .d_align = 1};
    Elf_Data to = from;
    to.d_buf = &header;
    static const bool ready = elf_version(EV_CURRENT) != EV_NONE;  // once: it writes a global of libelf
    return ready && Elf::translate(&to, &from, ELFDATA2LSB) != nullptr ? header : Header{};
}

std::uint64_t header_size(const ElfHeader& header, std::uint64_t size32, std::uint64_t size64) noexcept {
    return header.elf_class == 64 ? size64 : size32;
}

std::uint64_t section_header_size(const ElfHeader& header) noexcept {
    return header_size(header, sizeof(Elf32_Shdr), sizeof(Elf64_Shdr));
}

std::uint64_t program_header_size(const ElfHeader& header) noexcept {
    return header_size(header, sizeof(Elf32_Phdr), sizeof(Elf64_Phdr));
}

/// The number of headers, of `count` with `size` bytes from `offset`, that begin inside `total` bytes.
std::uint32_t count_inside(std::uint64_t offset, std::uint64_t size, std::uint32_t count,
                           std::uint64_t total) noexcept {
    if (offset > total) return 0;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(count, (total - offset + size - 1) / size));
}

template <class Elf>
ElfHeader read_elf_header(std::span<const std::byte> bytes) noexcept {
    const auto ehdr = read_header<Elf, typename Elf::Ehdr>(bytes, 0, ELF_T_EHDR);
    return {.elf_class = static_cast<std::uint8_t>(sizeof(ehdr.e_entry) == 8 ? 64 : 32),
            .type = ehdr.e_type,
            .machine = ehdr.e_machine,
            .entry = DeviceAddress(ehdr.e_entry),
            .phoff = ehdr.e_phoff,
            .shoff = ehdr.e_shoff,
            .phnum = ehdr.e_phnum,
            .shnum = ehdr.e_shnum,
            .shstrndx = ehdr.e_shstrndx};
}

template <class Elf>
ElfSegment read_segment(std::span<const std::byte> bytes, const ElfHeader& header, std::uint32_t index) noexcept {
    using Phdr = typename Elf::Phdr;
    const auto phdr = read_header<Elf, Phdr>(bytes, header.phoff + index * sizeof(Phdr), ELF_T_PHDR);
    return {.index = index,
            .type = phdr.p_type,
            .flags = phdr.p_flags,
            .offset = phdr.p_offset,
            .vaddr = DeviceAddress(phdr.p_vaddr),
            .paddr = DeviceAddress(phdr.p_paddr),
            .filesz = phdr.p_filesz,
            .memsz = phdr.p_memsz,
            .align = phdr.p_align};
}

/// A section without its name; `name_offset` is still relative to the name table.
template <class Elf>
ElfSection read_section(std::span<const std::byte> bytes, const ElfHeader& header, std::uint32_t index) noexcept {
    using Shdr = typename Elf::Shdr;
    const auto shdr = read_header<Elf, Shdr>(bytes, header.shoff + index * sizeof(Shdr), ELF_T_SHDR);
    return {.index = index,
            .name = {},
            .name_offset = shdr.sh_name,
            .type = shdr.sh_type,
            .flags = shdr.sh_flags,
            .addr = DeviceAddress(shdr.sh_addr),
            .offset = shdr.sh_offset,
            .size = shdr.sh_size};
}

ElfSection read_section(std::span<const std::byte> bytes, const ElfHeader& header, std::uint32_t index) noexcept {
    return header.elf_class == 64 ? read_section<Elf64>(bytes, header, index)
                                  : read_section<Elf32>(bytes, header, index);
}

constexpr ErrorText kSignedImage{
    .code = ErrorCode::elf_bad_magic,
    .message = "is an image signed for OP-TEE; this processor is loaded by Linux, which needs the ELF file",
    .kernel_line = text_of(ErrorCode::elf_bad_magic).kernel_line,
    .hint = "give the ELF file that was signed, or boot on a board whose processor is loaded by OP-TEE"};
constexpr ErrorText kElf64TooSmall{.code = ErrorCode::elf_too_small,
                                   .message = "{0} bytes are less than an ELF64 header ({1})",
                                   .kernel_line = "elf64 header is too small",
                                   .hint = "the copy to the board was cut off"};
constexpr ErrorText kSegmentsOutsideFile{
    .code = ErrorCode::elf_headers_outside_file,
    .message = "program headers at {0:#x} lie past the end of a file of {1:#x} bytes",
    .kernel_line = "Firmware size is too small",
    .hint = text_of(ErrorCode::elf_headers_outside_file).hint};

/// The error of a file that is no ELF file, with its type if that is known.
Error bad_magic(std::span<const std::byte> bytes) {
    const Place where = place::ElfHeader{};
    if (SignedImage::recognises(bytes)) return Error(kSignedImage, where);
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
    return Error(ErrorCode::elf_bad_magic, where, at(0), at(1), at(2), at(3));
}

Result<void> check_identification(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(Elf32_Ehdr)) {
        return fail(ErrorCode::elf_too_small, place::ElfHeader{}, bytes.size(), sizeof(Elf32_Ehdr));
    }
    if (std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0) {
        return fail(bad_magic(bytes));
    }
    const auto elf_class = std::to_integer<int>(bytes[EI_CLASS]);
    if (elf_class != ELFCLASS32 && elf_class != ELFCLASS64) {
        return fail(ErrorCode::elf_bad_class, place::ElfHeader{"EI_CLASS"}, elf_class);
    }
    if (elf_class == ELFCLASS64 && bytes.size() < sizeof(Elf64_Ehdr)) {
        return fail(kElf64TooSmall, place::ElfHeader{}, bytes.size(), sizeof(Elf64_Ehdr));
    }
    if (std::to_integer<int>(bytes[EI_DATA]) != ELFDATA2LSB) {
        return fail(ErrorCode::elf_wrong_endianness, place::ElfHeader{"EI_DATA"});
    }
    return {};
}

Result<void> check_header_places(const ElfHeader& header, std::uint64_t size) {
    if (!fits(header.shoff, section_header_size(header), size)) {
        return fail(ErrorCode::elf_headers_outside_file, place::ElfHeader{"e_shoff"}, header.shoff, size);
    }
    if (header.phnum == 0) {
        return fail(ErrorCode::elf_no_segments, place::ElfHeader{"e_phnum"});
    }
    if (header.phoff > size) {
        return fail(kSegmentsOutsideFile, place::ElfHeader{"e_phoff"}, header.phoff, size);
    }
    return {};
}

}  // namespace

Result<ElfImage> ElfImage::parse(std::span<const std::byte> bytes) {
    RPROC_TRY(check_identification(bytes));
    const bool is_64 = std::to_integer<int>(bytes[EI_CLASS]) == ELFCLASS64;
    const ElfHeader header = is_64 ? read_elf_header<Elf64>(bytes) : read_elf_header<Elf32>(bytes);
    RPROC_TRY(check_header_places(header, bytes.size()));
    return ElfImage(bytes, header);
}

ElfImage::ElfImage(std::span<const std::byte> bytes, const ElfHeader& header) noexcept
    : bytes_(bytes), header_(header), names_offset_(bytes.size()) {
    segment_count_ = count_inside(header.phoff, program_header_size(header), header.phnum, bytes.size());
    section_count_ = count_inside(header.shoff, section_header_size(header), header.shnum, bytes.size());
    // As in the kernel: the header of the name table need not be one of the e_shnum headers; only its offset is used.
    const std::uint64_t at = header.shoff + std::uint64_t{header.shstrndx} * section_header_size(header);
    if (at < bytes.size()) {
        names_offset_ = read_section(bytes, header, header.shstrndx).offset;
    }
}

ElfSegment ElfImage::segment(std::uint32_t index) const noexcept {
    return header_.elf_class == 64 ? read_segment<Elf64>(bytes_, header_, index)
                                   : read_segment<Elf32>(bytes_, header_, index);
}

ElfSection ElfImage::section(std::uint32_t index) const noexcept {
    ElfSection section = read_section(bytes_, header_, index);
    constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();
    section.name_offset =
        section.name_offset > kNowhere - names_offset_ ? kNowhere : names_offset_ + section.name_offset;
    section.name = string_at(section.name_offset);
    return section;
}

std::optional<ElfSection> ElfImage::find_section(std::string_view name) const noexcept {
    for (std::uint32_t i = 0; i < section_count_; ++i)
        if (const ElfSection found = section(i); found.name == name) return found;
    return std::nullopt;
}

Result<std::span<const std::byte>> ElfImage::contents(const ElfSegment& segment) const {
    if (segment.filesz > segment.memsz) {
        return fail(ErrorCode::segment_filesz_exceeds_memsz, place_of(segment), segment.filesz, segment.memsz);
    }
    if (!fits(segment.offset, segment.filesz, bytes_.size())) {
        return fail(ErrorCode::segment_truncated, place_of(segment), segment.offset, segment.filesz, bytes_.size(),
                    segment.offset + segment.filesz);
    }
    return internal::slice(bytes_, segment.offset, segment.filesz);
}

std::optional<std::span<const std::byte>> ElfImage::contents(const ElfSection& section) const noexcept {
    if (!fits(section.offset, section.size, bytes_.size())) return std::nullopt;
    return internal::slice(bytes_, section.offset, section.size);
}

std::string_view ElfImage::string_at(std::uint64_t offset) const noexcept {
    if (offset >= bytes_.size()) return {};
    const auto tail = internal::slice(bytes_, offset);
    // chars may alias bytes
    const std::string_view text(reinterpret_cast<const char*>(tail.data()), tail.size());  // NOLINT
    return text.substr(0, text.find('\0'));
}

}  // namespace rproc
