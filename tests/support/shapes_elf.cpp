// SPDX-License-Identifier: BSD-2-Clause
#include "shape_groups.hpp"

namespace rproc::test {
namespace {

ElfImage base_with(HeaderFields header, ElfClass elf_class = ElfClass::k32) {
    ElfImage image = base_image(elf_class);
    image.header = std::move(header);
    return image;
}

Bytes first_bytes(const ElfImage& image, std::size_t count) {
    Bytes bytes = image.build();
    bytes.resize(count);
    return bytes;
}

std::uint64_t file_size(ElfClass elf_class = ElfClass::k32) { return base_image(elf_class).build().size(); }

void add_small_files(ShapeList& list) {
    list.add("elf-empty", "a file of no bytes", Bytes{});
    list.add("elf-1-byte", "a file of one byte", first_bytes(base_image(), 1));
    list.add("elf-51-bytes", "one byte less than an ELF32 header", first_bytes(base_image(), 51));
    list.add("elf-52-bytes", "an ELF32 header whose section headers are past the end", first_bytes(base_image(), 52));
    list.add("elf-header-alone", "an ELF32 header, one program header promised right at the end of the file",
             first_bytes(base_with({.shoff = 0, .phnum = 1, .shnum = 0, .shstrndx = 0}), 52));
    list.add("elf-truncated-half", "the first half of a good file", first_bytes(base_image(), file_size() / 2));
    list.add("elf-truncated-by-1", "a good file without its last byte", first_bytes(base_image(), file_size() - 1));
    list.add("elf-trailing-bytes", "a good file and 100 more bytes", first_bytes(base_image(), file_size() + 100));
    list.add("elf64-63-bytes", "one byte less than an ELF64 header",
             first_bytes(base_with({.shoff = 0}, ElfClass::k64), 63));
    list.add("elf64-64-bytes", "an ELF64 header whose section headers are past the end",
             first_bytes(base_image(ElfClass::k64), 64));
}

void add_ident_faults(ShapeList& list) {
    list.add("elf-magic-first", "wrong first magic byte",
             base_with({.magic = "\x7e"
                                 "ELF"}));
    list.add("elf-magic-last", "wrong last magic byte",
             base_with({.magic = "\x7f"
                                 "ELG"}));
    list.add("elf-class-0", "ELF class 0", base_with({.elf_class = 0}));
    list.add("elf-class-3", "ELF class 3", base_with({.elf_class = 3}));
    list.add("elf-class-255", "ELF class 255", base_with({.elf_class = 255}));
    list.add("elf-data-0", "byte order 0", base_with({.data = 0}));
    list.add("elf-data-3", "byte order 3", base_with({.data = 3}));
    ElfImage big = base_image();
    big.order = ByteOrder::kBig;
    list.add("elf-big-endian", "a big-endian ELF32 file", big);
    big.elf_class = ElfClass::k64;
    list.add("elf64-big-endian", "a big-endian ELF64 file", big);
}

void add_unchecked_fields(ShapeList& list) {
    list.add("elf-good", "the base image: three segments, a trace buffer, an rpmsg device", base_image());
    list.add("elf64-good", "the base image as ELF64", base_image(ElfClass::k64));
    list.add("elf64-aarch64", "an ELF64 file for AArch64", base_with({.machine = 183}, ElfClass::k64));
    list.add("elf-machine-x86", "e_machine 62", base_with({.machine = 62}));
    list.add("elf-machine-0", "e_machine 0", base_with({.machine = 0}));
    list.add("elf-type-relocatable", "e_type 1", base_with({.type = 1}));
    list.add("elf-type-core", "e_type 4", base_with({.type = 4}));
    list.add("elf-version-0", "e_version 0", base_with({.version = 0}));
    list.add("elf-ident-version-0", "version 0 in e_ident", base_with({.ident_version = 0}));
    list.add("elf-entry-0", "entry point 0", base_with({.entry = 0}));
    list.add("elf-entry-outside", "entry point outside all memory", base_with({.entry = 0x80000000}));
    list.add("elf64-entry-above-4g", "entry point above 4 GiB", base_with({.entry = 0x110000000}, ElfClass::k64));
    list.add("elf-sizes-0", "e_ehsize, e_phentsize and e_shentsize 0",
             base_with({.ehsize = 0, .phentsize = 0, .shentsize = 0}));
    list.add("elf-phentsize-64", "e_phentsize 64", base_with({.phentsize = 64}));
}

void add_section_header_offsets(ShapeList& list) {
    const std::uint64_t size = file_size();
    list.add("elf-no-sections", "no section header at all", base_with({.shoff = 0, .shnum = 0, .shstrndx = 0}));
    list.add("elf-shoff-edge", "the section headers are the last 40 bytes of the file",
             base_with({.shoff = size - 40, .shnum = 1, .shstrndx = 0}));
    list.add("elf-shoff-past-edge", "one section header does not fit by one byte",
             base_with({.shoff = size - 39, .shnum = 1, .shstrndx = 0}));
    list.add("elf-shoff-max", "e_shoff 0xffffffff", base_with({.shoff = 0xffffffff}));
    list.add("elf64-shoff-max", "e_shoff 2^64 - 1", base_with({.shoff = ~std::uint64_t{0}}, ElfClass::k64));
    list.add("elf-shnum-0", "e_shnum 0", base_with({.shnum = 0}));
    list.add("elf-shnum-65535", "e_shnum 65535", base_with({.shnum = 65535}));
    list.add("elf-shstrndx-0", "the name table is the null section", base_with({.shstrndx = 0}));
    list.add("elf-shstrndx-65535", "the name table is a section far past the file", base_with({.shstrndx = 65535}));
    Bytes high = base_image(ElfClass::k64).build();
    high[high.size() - 64 + 28] = std::byte{1};  // bit 32 of sh_offset of the last section header, the name table's
    list.add("elf64-names-offset-high", "the name table is 4 GiB past its place", std::move(high));
    ElfImage image = base_image();
    image.sections[0].name_offset = 0x10000000;
    list.add("elf-section-name-outside", "a section name 256 MiB past the name table", image);
}

void add_program_header_offsets(ShapeList& list) {
    const std::uint64_t size = file_size();
    list.add("elf-phoff-0", "the program headers start with the ELF header", base_with({.phoff = 0, .phnum = 1}));
    list.add("elf-phoff-edge", "the program headers start at the end of the file",
             base_with({.phoff = size, .phnum = 1}));
    list.add("elf-phoff-past-edge", "the program headers start one byte after the file",
             base_with({.phoff = size + 1, .phnum = 1}));
    list.add("elf-phoff-max", "e_phoff 0xffffffff", base_with({.phoff = 0xffffffff}));
    list.add("elf64-phoff-max", "e_phoff 2^64 - 1", base_with({.phoff = ~std::uint64_t{0}}, ElfClass::k64));
    list.add("elf-phnum-0", "no program header", base_with({.phnum = 0}));
    list.add("elf-phnum-65535", "program headers go on long after the file", base_with({.phnum = 65535}));
    ElfImage image = base_image();
    for (Segment& segment : image.segments) segment.type = 0;
    list.add("elf-no-load-segment", "program headers, but none of type PT_LOAD", image);
}

}  // namespace

void add_elf_shapes(ShapeList& list) {
    add_small_files(list);
    add_ident_faults(list);
    add_unchecked_fields(list);
    add_section_header_offsets(list);
    add_program_header_offsets(list);
}

}  // namespace rproc::test
