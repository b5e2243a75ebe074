// SPDX-License-Identifier: BSD-2-Clause
#include <utility>

#include "shape_groups.hpp"

namespace rproc::test {
namespace {

/// A program header that is not loadable: the kernel only requires that there is one.
constexpr Segment kNothing{.type = 0};

/// An ELF file with a resource table and nothing to load.
Bytes table_alone(const Table& table, ElfClass elf_class = ElfClass::k32) {
    ElfImage image{.elf_class = elf_class, .segments = {kNothing}};
    image.sections = {{.name = ".resource_table", .data = table.build()}};
    return image.build();
}

/// An ELF header, and the program headers behind it; e_shoff is such that a section header "fits" inside the file.
Bytes without_sections(ElfImage image, std::size_t size) {
    image.header.shoff = 0;
    image.header.shnum = 0;
    if (!image.header.shstrndx) image.header.shstrndx = 0;
    Bytes bytes = image.build();
    bytes.resize(size);
    return bytes;
}

Bytes names_4_gib_away() {
    Bytes bytes = table_alone({.ver = 2}, ElfClass::k64);
    bytes[bytes.size() - 64 + 28] = std::byte{1};  // bit 32 of sh_offset of the last section header, the name table's
    return bytes;
}

}  // namespace

void add_defect_shapes(ShapeList& list) {
    const auto add = [&list](const std::string& code, std::string about, Bytes image) {
        list.add("defect-" + code, std::move(about), std::move(image));
    };
    add("kernel-reads-past-file", "an ELF header alone, e_shstrndx 65535",
        without_sections({.segments = {kNothing}, .header = {.shstrndx = 65535}}, 52));
    add("kernel-truncates-address", "a segment at 0x110000000",
        without_sections({.elf_class = ElfClass::k64, .segments = {{.paddr = 0x110000000, .memsz = 4}}}, 120));
    add("kernel-truncates-offset", "section names 4 GiB past their place", names_4_gib_away());
    add("kernel-vring-size-wraps", "vrings with 2^32 - 1 descriptors",
        table_alone({.entries = {vdev({.vrings = {{.num = 0xffffffff}, {.num = 0xffffffff}}})}}));
    add("kernel-reads-before-table", "an entry at offset 0xc0000000",
        table_alone({.num = 1, .offsets = std::vector<std::uint32_t>{0xc0000000}}));
    add("kernel-panics-on-free", "a virtio device without vrings", table_alone({.entries = {vdev({.vrings = {}})}}));
    add("kernel-panics-on-free-2", "a carveout that names no memory-region",
        table_alone({.entries = {carveout({.name = "x"})}}));
    add("kernel-format-string", "a carveout named %s", table_alone({.entries = {carveout({.name = "%s"})}}));
    add("vendor-entry-fails-boot", "a vendor's entry, last in the table",
        table_alone({.entries = {other_entry(128, {})}}));
}

}  // namespace rproc::test
