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

/// Copies one little-endian header out of the file and brings it into the host's byte order. What lies past the end of
/// the file reads as zero. Precondition: `offset` lies inside `bytes`.
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

/// How many of `count` headers of `size` bytes from `offset` begin inside `total` bytes.
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

/// The section without its name; `name_offset` is still relative to the name table.
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

/// Not an ELF file; says what it is where that is known.
Error bad_magic(std::span<const std::byte> bytes) {
    Error error{.code = ErrorCode::elf_bad_magic,
                .what = fmt::format("begins with {:02x} {:02x} {:02x} {:02x}, not with 7f 45 4c 46 (ELF)", bytes[0],
                                    bytes[1], bytes[2], bytes[3]),
                .where = "ELF header",
                .kernel_line = "Image is corrupted (bad magic)",
                .hint = "give the .elf that the linker wrote, not the .bin or .hex made from it"};
    if (SignedImage::recognises(bytes)) {
        error.what = "is an image signed for OP-TEE; this processor is loaded by Linux, which wants the ELF file";
        error.hint = "give the ELF file that was signed, or boot on a board whose processor is loaded by OP-TEE";
    }
    return error;
}

Result<void> check_identification(std::span<const std::byte> bytes) {
    if (bytes.size() < sizeof(Elf32_Ehdr)) {
        return fail({.code = ErrorCode::elf_too_small,
                     .what = fmt::format("{} bytes are less than an ELF header ({})", bytes.size(), sizeof(Elf32_Ehdr)),
                     .where = "ELF header",
                     .kernel_line = "Image is too small",
                     .hint = "the copy to the board was cut off, or this is not a firmware"});
    }
    if (std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0) {
        return fail(bad_magic(bytes));
    }
    const auto elf_class = std::to_integer<int>(bytes[EI_CLASS]);
    if (elf_class != ELFCLASS32 && elf_class != ELFCLASS64) {
        return fail({.code = ErrorCode::elf_bad_class,
                     .what = fmt::format("class {} is neither ELF32 nor ELF64", elf_class),
                     .where = "ELF header, EI_CLASS",
                     // On Arm the kernel's `char` is unsigned.
                     .kernel_line = fmt::format("Unsupported class: {}", elf_class),
                     .hint = "the file is damaged"});
    }
    if (elf_class == ELFCLASS64 && bytes.size() < sizeof(Elf64_Ehdr)) {
        return fail(
            {.code = ErrorCode::elf_too_small,
             .what = fmt::format("{} bytes are less than an ELF64 header ({})", bytes.size(), sizeof(Elf64_Ehdr)),
             .where = "ELF header",
             .kernel_line = "elf64 header is too small",
             .hint = "the copy to the board was cut off"});
    }
    if (std::to_integer<int>(bytes[EI_DATA]) != ELFDATA2LSB) {
        return fail({.code = ErrorCode::elf_wrong_endianness,
                     .what = "is not little-endian, as the kernel is",
                     .where = "ELF header, EI_DATA",
                     .kernel_line = "Unsupported firmware endianness",
                     .hint = "build for little-endian (arm-none-eabi-gcc without -mbig-endian)"});
    }
    return {};
}

Result<void> check_header_places(const ElfHeader& header, std::uint64_t size) {
    if (!fits(header.shoff, section_header_size(header), size)) {
        return fail(
            {.code = ErrorCode::elf_headers_outside_file,
             .what = fmt::format("section headers at {:#x} do not fit in a file of {:#x} bytes", header.shoff, size),
             .where = "ELF header, e_shoff",
             .kernel_line = "Image is too small",
             .hint = "the file was cut off; compare its size with the one the linker wrote"});
    }
    if (header.phnum == 0) {
        return fail({.code = ErrorCode::elf_no_segments,
                     .what = "has no program headers, hence nothing to load",
                     .where = "ELF header, e_phnum",
                     .kernel_line = "No loadable segments",
                     .hint = "this is an object file, not a linked firmware; link it with a linker script"});
    }
    if (header.phoff > size) {
        return fail({.code = ErrorCode::elf_headers_outside_file,
                     .what = fmt::format("program headers at {:#x} lie past the end of a file of {:#x} bytes",
                                         header.phoff, size),
                     .where = "ELF header, e_phoff",
                     .kernel_line = "Firmware size is too small",
                     .hint = "the file was cut off; compare its size with the one the linker wrote"});
    }
    return {};
}

}  // namespace

std::string ElfSegment::describe() const {
    return fmt::format("segment {} ({:#x}+{:#x})", index, paddr.value(), memsz);
}

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
    // As the kernel does: the name table's header need not be one of the e_shnum headers, and only its offset counts.
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
        return fail(
            {.code = ErrorCode::segment_filesz_exceeds_memsz,
             .what = fmt::format("has {:#x} bytes in the file but only {:#x} in memory", segment.filesz, segment.memsz),
             .where = segment.describe(),
             .kernel_line = fmt::format("bad phdr filesz {:#x} memsz {:#x}", segment.filesz, segment.memsz),
             .hint = "the program header is damaged: no linker writes this"});
    }
    if (!fits(segment.offset, segment.filesz, bytes_.size())) {
        return fail({.code = ErrorCode::segment_truncated,
                     .what = fmt::format("its bytes {:#x}+{:#x} lie past the end of a file of {:#x} bytes",
                                         segment.offset, segment.filesz, bytes_.size()),
                     .where = segment.describe(),
                     .kernel_line = fmt::format("truncated fw: need {:#x} avail {:#x}", segment.offset + segment.filesz,
                                                bytes_.size()),
                     .hint = "the file was cut off; compare its size with the one the linker wrote"});
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
