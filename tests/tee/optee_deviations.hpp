// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tee/optee_packages.hpp"

/// What is unusual or wrong in a package of make_package.
namespace rproc::test {

// Parts of an image.

inline Segment& some_segment(Draft& draft, Dice& dice) {
    ElfImage& elf = dice.of(draft.elfs);
    if (elf.segments.empty()) elf.segments.push_back(random_segment(dice));
    Segment& segment = dice.of(elf.segments);
    segment.type = 1;
    return segment;
}

/// The section of a resource table.
inline Section& some_table(Draft& draft, Dice& dice) {
    for (ElfImage& elf : draft.elfs)
        for (Section& section : elf.sections)
            if (section.name == ".resource_table") return section;
    ElfImage& elf = dice.of(draft.elfs);
    elf.sections.push_back(random_table(dice));
    return elf.sections.back();
}

inline void add_same_address(Draft& draft, Dice& dice) {
    ElfImage& elf = dice.of(draft.elfs);
    if (elf.segments.empty()) elf.segments.push_back(random_segment(dice));
    Segment copy = dice.of(elf.segments);
    copy.type = dice.of({0x70000001, 0x70000001, 1, 4});
    if (dice.one_in(2)) copy.data = dice.bytes(copy.data.size());
    elf.segments.insert(elf.segments.begin() + dice.below(elf.segments.size() + 1), copy);
}

inline void lay_bss_at_an_edge(Draft& draft, Dice& dice) {
    Segment& segment = some_segment(draft, dice);
    const MemoryPlan& memory = kPlannedMemories[dice.below(kPlannedMemories.size())];
    const std::uint32_t filesz = static_cast<std::uint32_t>(segment.data.size());
    segment.paddr = memory.da + memory.size - filesz - dice.of({0, 0, 0, 1, 8});
    segment.memsz = filesz + dice.of({0, 1, 2, 8, 9, 0x400, 0x401});
}

inline const std::initializer_list<Deviation> kElfDeviations{
    {"another segment type", Stage::elf,
     [](Draft& d, Dice& dice) {
         some_segment(d, dice).type = dice.of({0, 2, 4, 0x70000001, 0x60000000});
     }},
    {"memsz below filesz", Stage::elf,
     [](Draft& d, Dice& dice) {
         Segment& segment = some_segment(d, dice);
         segment.memsz = dice.below(segment.data.size());
     }},
    {"bytes or bss at the edge of a memory", Stage::elf, lay_bss_at_an_edge},
    {"a segment anywhere", Stage::elf, [](Draft& d, Dice& dice) { some_segment(d, dice).paddr = dice.any(); }},
    {"a segment near a memory", Stage::elf,
     [](Draft& d, Dice& dice) {
         some_segment(d, dice).paddr = kPlannedMemories[dice.below(4)].da + dice.of({0x3ff, 0x7ff, 0x800, 0xffffffff});
     }},
    {"a segment without bytes in no memory", Stage::elf,
     [](Draft& d, Dice& dice) {
         Segment& segment = some_segment(d, dice);
         segment.data.clear();
         segment.paddr = 0x20000000;
         segment.memsz = dice.of({0, 0, 4});
     }},
    {"two segments of one address", Stage::elf, add_same_address},
    {"a large image", Stage::elf,
     [](Draft& d, Dice& dice) { dice.of(d.elfs).sections.push_back({.name = ".debug", .data = dice.bytes(5000)}); }},
    {"no sections but the names", Stage::elf, [](Draft& d, Dice& dice) { dice.of(d.elfs).sections.clear(); }},
    {"another table", Stage::elf,
     [](Draft& d, Dice& dice) {
         static_cast<void>(some_table(d, dice));
         dice.of(d.elfs).sections.push_back(random_table(dice));
     }},
    {"the table anywhere", Stage::elf, [](Draft& d, Dice& dice) { some_table(d, dice).addr = dice.any(); }},
    {"the table at the end of a memory", Stage::elf,
     [](Draft& d, Dice& dice) {
         Section& table = some_table(d, dice);
         const MemoryPlan& memory = kPlannedMemories[dice.below(kPlannedMemories.size())];
         const auto size = static_cast<std::uint32_t>(table.data.size());
         table.addr = memory.da + memory.size - size + dice.of({0, 1, 0xffffffff});
     }},
    {"a word of the table", Stage::elf,
     [](Draft& d, Dice& dice) {
         put(some_table(d, dice).data, 4 * std::size_t{dice.below(4)}, dice.of({0, 1, 2, 3, 1000, 0x40000000}));
     }},
    {"the table cut", Stage::elf,
     [](Draft& d, Dice& dice) {
         Section& table = some_table(d, dice);
         table.size = dice.of({0, 1, 15, 16, 19, 20, 0x10000});
     }},
};

// Bytes of an image.

inline Bytes& some_image(Draft& draft, Dice& dice) { return dice.of(draft.images); }

inline void put_strange(Bytes& image, std::size_t at, std::size_t width, Dice& dice) {
    if (at + 4 <= image.size()) put(image, at, strange(get_u32(image, at), image.size(), dice), width);
}

inline std::size_t section_header(const Bytes& image, Dice& dice) {
    return get_u32(image, 32) + 40 * std::size_t{dice.below(get_u32(image, 48) & 0xffffU)};
}

inline void change_elf_header(Draft& draft, Dice& dice) {
    put(some_image(draft, dice), dice.of({0, 3, 4, 5, 6, 7, 16, 18, 20, 40, 42, 44, 46, 48, 50}), dice.below(4), 1);
}

inline void change_program_header(Draft& draft, Dice& dice) {
    put_strange(some_image(draft, dice), 52 + 4 * std::size_t{dice.below(8 * 3)}, 4, dice);
}

/// The bytes of a segment end at the end of the image, or one byte before or behind it.
inline void move_to_end(Draft& draft, Dice& dice) {
    Bytes& image = some_image(draft, dice);
    const std::size_t header = 52 + 32 * std::size_t{dice.below(2)};
    if (header + 32 > image.size()) return;
    const auto size = static_cast<std::uint32_t>(image.size());
    put(image, header + 4, size - get_u32(image, header + 16) + dice.of({0, 1, 0xffffffff, 0xfffffffe}));
}

inline void change_section_header(Draft& draft, Dice& dice) {
    Bytes& image = some_image(draft, dice);
    put_strange(image, section_header(image, dice) + dice.of({0, 12, 16, 20}), 4, dice);
}

/// The names end where a name is not complete.
inline void cut_names(Draft& draft, Dice& dice) {
    Bytes& image = some_image(draft, dice);
    const std::size_t names = get_u32(image, 32) + 40 * std::size_t{(get_u32(image, 48) >> 16U)};
    if (names + 40 <= image.size()) put(image, names + 20, get_u32(image, names + 20) - dice.below(30));
}

/// The names end inside the name of the table, and other bytes follow them.
inline void cut_table_name(Draft& draft, Dice& dice) {
    Bytes& image = some_image(draft, dice);
    const Bytes name = to_bytes(".resource_table");
    const auto found = std::search(image.begin(), image.end(), name.begin(), name.end());
    const std::size_t names = get_u32(image, 32) + 40 * std::size_t{(get_u32(image, 48) >> 16U)};
    if (found == image.end() || names + 40 > image.size()) return;
    const std::size_t end = static_cast<std::size_t>(found - image.begin()) + 1 + dice.below(15);
    put(image, end, 'x', 1);
    put(image, names + 20, static_cast<std::uint32_t>(end) - get_u32(image, names + 16));
}

inline void unalign_table(Draft& draft, Dice& dice) {
    Bytes& image = some_image(draft, dice);
    const std::size_t at = section_header(image, dice) + 16;
    if (at + 4 <= image.size()) put(image, at, get_u32(image, at) - 1 - dice.below(3));
}

inline void change_data(Draft& draft, Dice& dice) {
    Bytes& image = some_image(draft, dice);
    put(image, dice.one_in(2) ? dice.below(image.size()) : 52 + dice.below(300), dice.any(), 1);
}

inline const std::initializer_list<Deviation> kImageDeviations{
    {"a byte of the ELF header, hashed", Stage::hashed, change_elf_header},
    {"a byte of the ELF header", Stage::image, change_elf_header},
    {"e_phoff", Stage::image, [](Draft& d, Dice& dice) { put_strange(some_image(d, dice), 28, 4, dice); }},
    {"e_shoff", Stage::image, [](Draft& d, Dice& dice) { put_strange(some_image(d, dice), 32, 4, dice); }},
    {"e_phnum", Stage::image,
     [](Draft& d, Dice& dice) {
         put(some_image(d, dice), 44, dice.of({0, 1, 5, 6, 40, 300, 0xffff}), 2);
     }},
    {"e_shnum", Stage::image,
     [](Draft& d, Dice& dice) {
         put(some_image(d, dice), 48, dice.of({0, 1, 2, 5, 40, 0xffff}), 2);
     }},
    {"e_shstrndx", Stage::image, [](Draft& d, Dice& dice) { put(some_image(d, dice), 50, dice.below(6), 2); }},
    {"a program header, hashed", Stage::hashed, change_program_header},
    {"a program header", Stage::image, change_program_header},
    {"a segment at the end of its image", Stage::hashed, move_to_end},
    {"a section header", Stage::image, change_section_header},
    {"the section names cut", Stage::image, cut_names},
    {"the name of the table cut", Stage::image, cut_table_name},
    {"a section not aligned", Stage::image, unalign_table},
    {"a byte of an image", Stage::image, change_data},
    {"a byte of an image, hashed", Stage::hashed, change_data},
};

// TLVs and header.

inline TlvSpec& some_tlv(Draft& draft, Dice& dice) { return dice.of(draft.package.tlvs); }

inline void insert_tlv(Draft& draft, Dice& dice, TlvSpec tlv) {
    auto& tlvs = draft.package.tlvs;
    tlvs.insert(tlvs.begin() + dice.below(tlvs.size() + 1), std::move(tlv));
}

/// The TLV of a type; null after a deviation that removed it.
inline TlvSpec* find_tlv(Draft& draft, std::uint32_t type) {
    const auto found = std::ranges::find(draft.package.tlvs, type, &TlvSpec::type);
    return found == draft.package.tlvs.end() ? nullptr : &*found;
}

inline void set_value(Draft& draft, std::uint32_t type, Bytes value) {
    if (TlvSpec* tlv = find_tlv(draft, type)) tlv->value = std::move(value);
}

inline void change_hash_entry(Draft& draft, Dice& dice) {
    TlvSpec* tlv = find_tlv(draft, 0x10);
    if (tlv == nullptr || tlv->value.empty()) return;
    const std::size_t at =
        64 * std::size_t{dice.below(tlv->value.size() / 64)} + dice.of({0, 4, 8, 12, 16, 20, 24, 32, 60});
    if (at + 4 <= tlv->value.size()) put(tlv->value, at, strange(get_u32(tlv->value, at), 64, dice));
}

inline void change_size(Draft& draft, Dice& dice) {
    TlvSpec* tlv = find_tlv(draft, 0x05);
    if (tlv == nullptr || tlv->value.size() < 4) return;
    const std::size_t at = 4 * std::size_t{dice.below(tlv->value.size() / 4)};
    const std::uint32_t size = get_u32(tlv->value, at);
    put(tlv->value, at,
        dice.one_in(2) ? size + dice.of({1, 4, 8, 64, 0xffffffff, 0xfffffffc, 0xfffffff8}) : strange(size, size, dice));
}

/// The length of the TLV area.
inline std::uint32_t tlv_length(const Draft& draft) {
    std::uint32_t length = 0;
    for (const TlvSpec& tlv : draft.package.tlvs)
        length += 8 + (static_cast<std::uint32_t>(tlv.value.size()) + 7) / 8 * 8;
    return length;
}

inline std::uint32_t images_length(const Draft& draft) {
    std::size_t length = 0;
    for (const Bytes& image : draft.images) length += image.size();
    return static_cast<std::uint32_t>(length);
}

inline const std::initializer_list<Deviation> kPackageDeviations{
    {"a TLV is missing", Stage::package,
     [](Draft& d, Dice& dice) {
         d.package.remove(dice.of({0x01, 0x02, 0x03, 0x04, 0x05, 0x10}));
     }},
    {"a TLV twice", Stage::package,
     [](Draft& d, Dice& dice) {
         TlvSpec copy = some_tlv(d, dice);
         if (!copy.value.empty() && dice.one_in(2)) copy.value.back() ^= std::byte{3};
         insert_tlv(d, dice, copy);
     }},
    {"the length of a TLV", Stage::package,
     [](Draft& d, Dice& dice) {
         some_tlv(d, dice).length =
             dice.of({0, 1, 2, 4, 8, 63, 64, 128, 2000, 0x7fffffff, 0xfffffff8, 0xfffffff9, 0xffffffff});
     }},
    {"a TLV that runs past the area, before the rest", Stage::package,
     [](Draft& d, Dice& dice) {
         auto& tlvs = d.package.tlvs;
         tlvs.insert(tlvs.begin(),
                     {dice.of({0x01, 0x03, 0x10, 0x77}), {}, dice.of({0xfffffff9, 0xffffffff, 0xfffffff8})});
     }},
    {"an unknown TLV", Stage::package,
     [](Draft& d, Dice& dice) {
         insert_tlv(d, dice, {dice.of({0, 6, 0x12, 0x10001, 0xffffffff}), dice.bytes(dice.below(30))});
     }},
    {"PKEYINFO", Stage::package,
     [](Draft& d, Dice& dice) {
         insert_tlv(d, dice, {0x11, dice.bytes(dice.of({0, 4, 16, 1500, 2000}))});
     }},
    {"a shorter or longer value", Stage::package,
     [](Draft& d, Dice& dice) {
         Bytes& value = some_tlv(d, dice).value;
         value.resize(value.size() + dice.of({1, 4, 32, 64}) -
                      (dice.one_in(2) ? std::min<std::size_t>(value.size(), 32) : 0));
     }},
    {"SIGNTYPE", Stage::package,
     [](Draft& d, Dice& dice) {
         set_value(d, 0x01, {static_cast<std::byte>(dice.of({0, 2, 3, 255}))});
     }},
    {"NUM_IMG", Stage::package,
     [](Draft& d, Dice& dice) {
         set_value(d, 0x03, {static_cast<std::byte>(dice.of({0, 1, 2, 3, 4, 255}))});
     }},
    {"NUM_IMG of two bytes", Stage::package,
     [](Draft& d, Dice&) {
         set_value(d, 0x03, {std::byte{1}, std::byte{0}});
     }},
    {"IMGTYPE", Stage::package,
     [](Draft& d, Dice& dice) {
         if (TlvSpec* tlv = find_tlv(d, 0x04)) put(tlv->value, dice.below(tlv->value.size()), dice.of({0, 2, 255}), 1);
     }},
    {"IMGSIZE", Stage::package, change_size},
    {"an entry of the hash table", Stage::package, change_hash_entry},
    {"a long hash table", Stage::package,
     [](Draft& d, Dice& dice) {
         if (TlvSpec* tlv = find_tlv(d, 0x10))
             append(tlv->value, Bytes(64 * std::size_t{dice.of({1, 10, 20, 24, 25, 50})}));
     }},
    {"IMGSIZE of 0", Stage::package,
     [](Draft& d, Dice& dice) {
         if (TlvSpec* tlv = find_tlv(d, 0x05)) put(tlv->value, 4 * std::size_t{dice.below(d.images.size())}, 0);
     }},
    {"IMGSIZE of the first image, negative in 32 bits", Stage::package,
     [](Draft& d, Dice& dice) {
         if (TlvSpec* tlv = find_tlv(d, 0x05)) put(tlv->value, 0, dice.of({0xfffffff8, 0xffffff80, 0x80000000}));
     }},
    {"an empty TLV before the rest", Stage::package,
     [](Draft& d, Dice& dice) {
         auto& tlvs = d.package.tlvs;
         tlvs.insert(tlvs.begin(), {dice.of({0x01, 0x03, 0x04, 0x05, 0x10}), {}});
     }},
    {"no images", Stage::package, [](Draft& d, Dice&) { d.images.clear(); }},
    {"images shorter than an ELF header", Stage::package,
     [](Draft& d, Dice& dice) {
         d.images = {dice.bytes(dice.of({8, 48, 56}))};
     }},
    {"magic or version", Stage::package,
     [](Draft& d, Dice& dice) {
         (dice.one_in(2) ? d.package.header.magic : d.package.header.version) = dice.of({0, 2, 0x3543a469});
     }},
    {"tlv_len", Stage::package,
     [](Draft& d, Dice& dice) {
         d.package.header.tlv_len = dice.one_in(4) ? dice.of({0, 8, 0xfffffff9, 0xffffffff})
                                                   : tlv_length(d) - dice.of({1, 2, 7, 8, 0xfffffff8});
     }},
    {"sign_len", Stage::package,
     [](Draft& d, Dice& dice) {
         d.package.header.sign_len = dice.of({0, 64, 249, 255, 257, 264, 0xffffffff});
     }},
    {"img_len", Stage::package,
     [](Draft& d, Dice& dice) {
         d.package.header.img_len = images_length(d) - dice.of({1, 2, 4, 7, 8, 0xffffffff, 0xfffffff8});
     }},
};

// The signed file.

/// The heap just holds what the application copies, or is a byte too small.
inline void set_heap_at_need(Draft& draft, Dice& dice) {
    constexpr std::uint64_t kInUse = 208;
    const TlvSpec* hashes = find_tlv(draft, 0x10);
    const std::uint64_t copy = draft.trusted.signed_bytes.size() + 256;
    const std::uint64_t table = hashes != nullptr && dice.one_in(2) ? hashes->value.size() : 0;
    draft.heap = kInUse + copy + table + dice.below(3) - 1;
}

inline void change_byte(Draft& draft, std::size_t from, std::size_t size, Dice& dice) {
    const std::size_t at = from + dice.below(size);
    if (at < draft.file.size()) draft.file[at] ^= static_cast<std::byte>(1U << dice.below(8));
}

/// The first program header lies at the end of the last mapped page, inside, across or behind it.
inline void move_headers_to_page_end(Draft& draft, Dice& dice) {
    const std::size_t image = draft.trusted.signed_bytes.size() + 256;
    const std::size_t end = (draft.file.size() + 4095) / 4096 * 4096;
    put(draft.file, image + 28, static_cast<std::uint32_t>(end - image) - dice.of({0, 4, 16, 28, 32, 36}));
}

inline const std::initializer_list<Deviation> kFileDeviations{
    {"a byte of the header", Stage::file, [](Draft& d, Dice& dice) { change_byte(d, 0, 20, dice); }},
    {"a byte of the TLVs", Stage::file,
     [](Draft& d, Dice& dice) { change_byte(d, 20, d.trusted.signed_bytes.size() - 20, dice); }},
    {"a byte of the signature", Stage::file,
     [](Draft& d, Dice& dice) { change_byte(d, d.trusted.signed_bytes.size(), 256, dice); }},
    {"any byte of the file", Stage::file, [](Draft& d, Dice& dice) { change_byte(d, 0, d.file.size(), dice); }},
    {"the file cut", Stage::file,
     [](Draft& d, Dice& dice) {
         const std::size_t size = d.file.size();
         d.file.resize(dice.one_in(3) ? dice.below(size)
                                      : size - std::min<std::size_t>(size, dice.of({1, 4, 7, 8, 16})));
     }},
    {"the file cut in its header", Stage::file,
     [](Draft& d, Dice& dice) {
         d.file.resize(dice.of({0, 1, 19, 20, 24}));
     }},
    {"the file extended", Stage::file,
     [](Draft& d, Dice& dice) {
         d.file.resize(d.file.size() + dice.of({1, 7, 8, 4096}));
     }},
    {"program headers at the end of the last page", Stage::file, move_headers_to_page_end},
    {"the heap at its need", Stage::file, set_heap_at_need},
    {"the limit of the image", Stage::file,
     [](Draft& d, Dice& dice) { d.image_limit = d.file.size() + dice.below(3); }},
};

inline std::vector<Deviation> all_deviations() {
    std::vector<Deviation> all;
    for (const auto& group : {kElfDeviations, kImageDeviations, kPackageDeviations, kFileDeviations})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

}  // namespace rproc::test
