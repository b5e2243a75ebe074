// SPDX-License-Identifier: BSD-2-Clause
#include "shape_groups.hpp"

namespace rproc::test {
namespace {

ElfImage with_section(Section section, ElfClass elf_class = ElfClass::k32) {
    ElfImage image = base_image(elf_class);
    image.sections[0] = std::move(section);
    return image;
}

/// The base image's own table section, to be changed in one place.
Section table_section() { return base_image().sections[0]; }

void add_headers(ShapeList& list) {
    const std::vector<Bytes> entries = {trace({})};
    list.add_table("table-ver-0", "version 0", {.entries = entries, .ver = 0});
    list.add_table("table-ver-2", "version 2", {.entries = entries, .ver = 2});
    list.add_table("table-ver-max", "version 0xffffffff", {.entries = entries, .ver = 0xffffffff});
    list.add_table("table-reserved-1", "first reserved word 1", {.entries = entries, .reserved = {1, 0}});
    list.add_table("table-reserved-2", "second reserved word 1", {.entries = entries, .reserved = {0, 1}});
    list.add_table("table-ver-and-reserved", "version 2 and reserved words",
                   {.entries = entries, .ver = 2, .reserved = {1, 1}});
    list.add_table("table-num-0", "no entry", {.entries = {}});
    list.add_table("table-num-0-with-entry", "an entry that is not counted", {.entries = entries, .num = 0});
    list.add_table("table-num-1-of-2", "two entries, one counted", {.entries = {trace({}), vdev({})}, .num = 1});
    list.add_table("table-num-incomplete", "one offset promised, no byte for it", {.entries = {}, .num = 1});
    list.add_table("table-num-incomplete-by-1", "the offset array is cut by one byte",
                   {.entries = {}, .num = 1, .offsets = {{20}}, .cut = 1});
    list.add_table("table-num-wrap", "num 0x40000000: num * 4 is 0 in 32 bits",
                   {.entries = entries, .num = 0x40000000});
    list.add_table("table-num-wrap-1", "num 0x40000001: num * 4 is 4 in 32 bits",
                   {.entries = entries, .num = 0x40000001});
    list.add_table("table-num-max", "num 0xffffffff", {.entries = entries, .num = 0xffffffff});
}

void add_names(ShapeList& list) {
    const auto named = [](std::string name) {
        Section section = table_section();
        section.name = std::move(name);
        return with_section(section);
    };
    ElfImage none = base_image();
    none.sections.clear();
    list.add("table-none", "no .resource_table section", none);
    list.add("table-name-short", "section .resource_tabl", named(".resource_tabl"));
    list.add("table-name-long", "section .resource_table2", named(".resource_table2"));
    list.add("table-name-no-dot", "section resource_table", named("resource_table"));
    list.add("table-name-upper", "section .RESOURCE_TABLE", named(".RESOURCE_TABLE"));
    list.add("table-name-suffix", "section .resource_table.0", named(".resource_table.0"));
    Section nobits = table_section();
    nobits.type = 8;
    list.add("table-nobits", "the section is of type SHT_NOBITS", with_section(nobits));
}

void add_places(ShapeList& list) {
    const auto placed = [](std::uint64_t addr) {
        return with_section({.name = ".resource_table", .addr = addr, .data = base_table()});
    };
    list.add("table-address-0", "section at address 0, in no segment", placed(0));
    list.add("table-address-unmapped", "section at an address that no memory has", placed(0x90000000));
    list.add("table-address-elsewhere", "section in memory, in no segment", placed(0x10006000));
    list.add("table-address-crossing", "section that crosses the end of retram", placed(0xfff0));
    list.add("table-address-vdev-buffer", "section in vdev0buffer", placed(0x10042000));
    Section unloaded = table_section();
    unloaded.addr = 0x90000000;
    unloaded.segment.reset();
    ElfImage image = image_with_table({});
    image.sections[0] = unloaded;
    list.add("table-not-loaded", "section in no segment, at an address that no memory has", image);
    Section wide = table_section();
    wide.segment.reset();
    wide.addr = 0x100000000 + kTableAddress;
    list.add("table64-address-alias", "section 4 GiB above its segment", with_section(wide, ElfClass::k64));
}

void add_sizes(ShapeList& list) {
    const auto sized = [](std::uint64_t size) {
        Section section = table_section();
        section.size = size;
        return with_section(section);
    };
    list.add("table-size-0", "section of 0 bytes", sized(0));
    list.add("table-size-15", "section of 15 bytes", sized(15));
    list.add("table-size-16", "section of 16 bytes, two entries promised", sized(16));
    list.add("table-size-past-file", "section longer than the file", sized(0x10000));
    list.add("table-size-max", "section of 0xffffffff bytes", sized(0xffffffff));
    Section section = table_section();
    section.offset = 0x10000000;
    list.add("table-offset-outside", "section past the end of the file", with_section(section));
    section.offset = 0xfffffff0;
    list.add("table-offset-wrap", "offset + size is more than 32 bits can hold", with_section(section));
    section.segment.reset();
    section.offset = ~std::uint64_t{0} - 0xf;
    section.size = 0x20;
    list.add("table64-offset-wrap", "offset + size is more than 64 bits can hold",
             with_section(section, ElfClass::k64));
    Bytes padded = base_table();
    padded.resize(padded.size() + 0x1000);
    list.add("table-trailing-bytes", "4 KiB after the last entry", image_with_table(padded));
}

/// Two table sections: the base table first or second.
ElfImage two_tables(bool good_first, Bytes other) {
    ElfImage image = base_image();
    const Section section{.name = ".resource_table", .addr = 0x10006000, .data = std::move(other)};
    image.sections.insert(good_first ? image.sections.end() : image.sections.begin(), section);
    return image;
}

void add_two_sections(ShapeList& list) {
    const Bytes bad = Table{.ver = 2}.build();
    const Bytes good = Table{.entries = {trace({.name = "other"})}}.build();
    list.add("table-two-good-bad", "two sections, the second of version 2", two_tables(true, bad));
    list.add("table-two-bad-good", "two sections, the first of version 2", two_tables(false, bad));
    list.add("table-two-good-good", "two good sections", two_tables(true, good));
    list.add("table-two-other-first", "two good sections, the one with an rpmsg device second",
             two_tables(false, good));
}

}  // namespace

void add_table_shapes(ShapeList& list) {
    add_headers(list);
    add_names(list);
    add_places(list);
    add_sizes(list);
    add_two_sections(list);
}

}  // namespace rproc::test
