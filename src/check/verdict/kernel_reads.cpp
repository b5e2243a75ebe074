// SPDX-License-Identifier: BSD-2-Clause
#include "check/verdict/kernel_reads.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "rproc/internal/bytes.hpp"

namespace rproc::check {
namespace {

constexpr std::uint64_t kPage = 4096;

struct HeaderSizes {
    std::uint64_t segment;
    std::uint64_t section;
};

HeaderSizes header_sizes(const ElfImage& image) {
    return image.header().elf_class == 64 ? HeaderSizes{56, 64} : HeaderSizes{32, 40};
}

/// The end of the last page that holds the image.
std::uint64_t readable_size(const ElfImage& image) { return (image.bytes().size() + kPage - 1) / kPage * kPage; }

bool readable(const ElfImage& image, std::uint64_t offset, std::uint64_t size) {
    return internal::fits(offset, size, readable_size(image));
}

/// Pointers have 32 bits on the board: offsets are added modulo 2^32.
std::uint64_t as_pointer(std::uint64_t offset) { return static_cast<std::uint32_t>(offset); }

bool file_range_wraps(const ElfSegment& segment) { return segment.offset + segment.filesz < segment.offset; }

}  // namespace

std::optional<std::string> find_table_panics(const ElfImage& image) {
    const ElfHeader& header = image.header();
    const HeaderSizes sizes = header_sizes(image);
    const std::uint64_t names_header = as_pointer(header.shoff + header.shstrndx * sizes.section);
    if (!readable(image, names_header, sizes.section)) {
        return fmt::format("e_shstrndx {} points to a section header at {:#x}, far outside the file", header.shstrndx,
                           header.shoff + header.shstrndx * sizes.section);
    }
    for (std::uint32_t i = 0; i < header.shnum; ++i) {
        if (!readable(image, as_pointer(header.shoff + i * sizes.section), sizes.section)) {
            return fmt::format("e_shnum is {}, but the section headers end with the file after {}", header.shnum,
                               image.section_count());
        }
        if (i >= image.section_count()) continue;
        const ElfSection section = image.section(i);
        if (!readable(image, as_pointer(section.name_offset), 1)) {
            return fmt::format("the name of section {} is at {:#x}, far outside the file", i, section.name_offset);
        }
        if (section.name == kResourceTableSection) return std::nullopt;
    }
    return std::nullopt;
}

std::optional<std::string> load_panics(const CheckedImage& checked) {
    const ElfImage& image = checked.image.elf();
    for (const LoadableSegment& segment : checked.image.segments()) {
        const ElfSegment& header = segment.header;
        const bool placed = segment.range && checked.board.loadable_memory_of(*segment.range) != nullptr;
        if (file_range_wraps(header) && header.filesz <= header.memsz && placed) {
            return fmt::format("{}: offset {:#x} plus size {:#x} wraps, and passes the kernel's check",
                               describe(place_of(header)), header.offset, header.filesz);
        }
        if (!placed || !image.contents(header)) return std::nullopt;
    }
    const std::uint64_t end = image.header().phoff + image.header().phnum * header_sizes(image).segment;
    if (image.segment_count() == image.header().phnum || readable(image, 0, end)) return std::nullopt;
    return fmt::format("e_phnum is {}, but the program headers end with the file after {}", image.header().phnum,
                       image.segment_count());
}

}  // namespace rproc::check
