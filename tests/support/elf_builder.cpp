// SPDX-License-Identifier: BSD-2-Clause
#include "elf_builder.hpp"

#include <algorithm>

namespace rproc::test {
namespace {

struct Sizes {
    std::size_t ehdr;
    std::size_t phdr;
    std::size_t shdr;
};

constexpr Sizes sizes_of(ElfClass elf_class) {
    return elf_class == ElfClass::k32 ? Sizes{52, 32, 40} : Sizes{64, 56, 64};
}

/// Where the parts of an image lie in the file.
struct Layout {
    std::vector<std::uint64_t> segments;
    std::vector<std::uint64_t> sections;
    std::vector<std::uint64_t> names;
    std::uint64_t strtab = 0;
    std::uint64_t shstrtab_name = 0;
    std::uint64_t shoff = 0;
};

constexpr std::size_t align_up(std::size_t value) { return (value + 3) & ~std::size_t{3}; }

void pad_to(Bytes& out, std::size_t size) { out.resize(std::max(out.size(), size)); }

std::uint64_t append_aligned(Bytes& out, const Bytes& data) {
    pad_to(out, align_up(out.size()));
    const std::uint64_t offset = out.size();
    out.insert(out.end(), data.begin(), data.end());
    return offset;
}

Layout append_contents(const ElfImage& image, Bytes& out) {
    Layout at;
    for (const Segment& segment : image.segments) at.segments.push_back(append_aligned(out, segment.data));
    for (const Section& section : image.sections) {
        const bool own = !section.segment;
        at.sections.push_back(own ? append_aligned(out, section.data)
                                  : at.segments.at(*section.segment) + section.addr -
                                        image.segments.at(*section.segment).paddr);
    }
    std::string names(1, '\0');
    for (const Section& section : image.sections) {
        at.names.push_back(names.size());
        names += section.name + '\0';
    }
    at.shstrtab_name = names.size();
    names += std::string(".shstrtab") + '\0';
    at.strtab = append_aligned(out, to_bytes(names));
    pad_to(out, align_up(out.size()));
    at.shoff = out.size();
    return at;
}

Bytes elf_header(const ElfImage& image, const Layout& at) {
    const Sizes size = sizes_of(image.elf_class);
    const HeaderFields& field = image.header;
    ByteWriter w(image.order);
    w.text(field.magic.value_or("\x7f"
                                "ELF"),
           4);
    w.u8(field.elf_class.value_or(static_cast<std::uint8_t>(image.elf_class)));
    w.u8(field.data.value_or(static_cast<std::uint8_t>(image.order)));
    w.u8(field.ident_version.value_or(1)).text("", 9);
    w.u16(field.type.value_or(2)).u16(field.machine.value_or(40)).u32(field.version.value_or(1));
    w.word(image.elf_class, field.entry.value_or(0x10000000));
    w.word(image.elf_class, field.phoff.value_or(size.ehdr));
    w.word(image.elf_class, field.shoff.value_or(at.shoff));
    w.u32(field.flags.value_or(0x05000000)).u16(field.ehsize.value_or(size.ehdr));
    w.u16(field.phentsize.value_or(size.phdr)).u16(field.phnum.value_or(image.segments.size()));
    w.u16(field.shentsize.value_or(size.shdr)).u16(field.shnum.value_or(image.sections.size() + 2));
    w.u16(field.shstrndx.value_or(image.sections.size() + 1));
    return w.take();
}

void write_program_header(ByteWriter& w, ElfClass elf_class, const Segment& segment, std::uint64_t offset) {
    const bool wide = elf_class == ElfClass::k64;
    const std::uint64_t filesz = segment.filesz.value_or(segment.data.size());
    w.u32(segment.type);
    if (wide) w.u32(segment.flags);
    w.word(elf_class, segment.offset.value_or(offset));
    w.word(elf_class, segment.vaddr.value_or(segment.paddr)).word(elf_class, segment.paddr);
    w.word(elf_class, filesz).word(elf_class, segment.memsz.value_or(filesz));
    if (!wide) w.u32(segment.flags);
    w.word(elf_class, segment.align);
}

void write_section_header(ByteWriter& w, ElfClass elf_class, const Section& section, std::uint64_t name,
                          std::uint64_t offset) {
    constexpr std::uint64_t kAlloc = 2;
    w.u32(section.name_offset.value_or(name)).u32(section.type);
    w.word(elf_class, section.addr != 0 ? kAlloc : 0).word(elf_class, section.addr);
    w.word(elf_class, section.offset.value_or(offset));
    w.word(elf_class, section.size.value_or(section.data.size()));
    w.u32(0).u32(0).word(elf_class, section.type == 0 ? 0 : 4).word(elf_class, 0);
}

Bytes program_headers(const ElfImage& image, const Layout& at) {
    ByteWriter w(image.order);
    for (std::size_t i = 0; i < image.segments.size(); ++i) {
        write_program_header(w, image.elf_class, image.segments[i], at.segments[i]);
    }
    return w.take();
}

Bytes section_headers(const ElfImage& image, const Layout& at) {
    constexpr std::uint32_t kStringTable = 3;
    ByteWriter w(image.order);
    write_section_header(w, image.elf_class, Section{.type = 0}, 0, 0);
    for (std::size_t i = 0; i < image.sections.size(); ++i) {
        write_section_header(w, image.elf_class, image.sections[i], at.names[i], at.sections[i]);
    }
    const std::uint64_t names_size = at.shstrtab_name + sizeof(".shstrtab");
    write_section_header(w, image.elf_class, Section{.type = kStringTable, .size = names_size}, at.shstrtab_name,
                         at.strtab);
    return w.take();
}

Bytes memory_entry(std::uint32_t type, std::array<std::uint32_t, 5> words, std::string_view name) {
    ByteWriter w;
    w.u32(type);
    for (const std::uint32_t word : words) w.u32(word);
    return w.text(name, 32).take();
}

}  // namespace

ByteWriter& ByteWriter::bytes(std::span<const std::byte> data) {
    out_.insert(out_.end(), data.begin(), data.end());
    return *this;
}

ByteWriter& ByteWriter::text(std::string_view text, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) u8(i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
    return *this;
}

ByteWriter& ByteWriter::put(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) {
        const unsigned shift = 8 * (order_ == ByteOrder::kLittle ? i : width - 1 - i);
        out_.push_back(static_cast<std::byte>((value >> shift) & 0xff));
    }
    return *this;
}

Bytes pattern(std::size_t count, unsigned first) {
    Bytes out(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::byte>((first + i) & 0xff);
    return out;
}

Bytes to_bytes(std::string_view text) { return ByteWriter().text(text, text.size()).take(); }

Bytes ElfImage::build() const {
    const Sizes size = sizes_of(elf_class);
    Bytes out(size.ehdr + segments.size() * size.phdr);
    const Layout at = append_contents(*this, out);
    std::ranges::copy(elf_header(*this, at), out.begin());
    std::ranges::copy(program_headers(*this, at), out.begin() + static_cast<std::ptrdiff_t>(size.ehdr));
    const Bytes tail = section_headers(*this, at);
    out.insert(out.end(), tail.begin(), tail.end());
    return out;
}

Bytes carveout(const CarveoutEntry& entry) {
    return memory_entry(kCarveout, {entry.da, entry.pa, entry.len, entry.flags, entry.reserved}, entry.name);
}

Bytes devmem(const DevmemEntry& entry) {
    return memory_entry(kDevmem, {entry.da, entry.pa, entry.len, entry.flags, entry.reserved}, entry.name);
}

Bytes trace(const TraceEntry& entry) {
    return ByteWriter().u32(kTrace).u32(entry.da).u32(entry.len).u32(entry.reserved).text(entry.name, 32).take();
}

Bytes vdev(const VdevEntry& entry) {
    ByteWriter w;
    w.u32(kVdev).u32(entry.id).u32(entry.notifyid).u32(entry.dfeatures).u32(entry.gfeatures);
    w.u32(entry.config_len.value_or(static_cast<std::uint32_t>(entry.config.size()))).u8(entry.status);
    w.u8(entry.num_of_vrings.value_or(static_cast<std::uint8_t>(entry.vrings.size())));
    w.u8(entry.reserved[0]).u8(entry.reserved[1]);
    for (const VringEntry& vring : entry.vrings) {
        w.u32(vring.da).u32(vring.align).u32(vring.num).u32(vring.notifyid).u32(vring.pa);
    }
    return w.bytes(entry.config).take();
}

Bytes other_entry(std::uint32_t type, Bytes payload) { return ByteWriter().u32(type).bytes(payload).take(); }

Bytes Table::build() const {
    ByteWriter w;
    w.u32(ver).u32(num.value_or(static_cast<std::uint32_t>(entries.size()))).u32(reserved[0]).u32(reserved[1]);
    if (offsets) {
        for (const std::uint32_t offset : *offsets) w.u32(offset);
    } else {
        std::size_t next = w.size() + 4 * entries.size() + gap;
        for (const Bytes& entry : entries) {
            w.u32(next);
            next += entry.size();
        }
    }
    w.text("", gap);
    for (const Bytes& entry : entries) w.bytes(entry);
    Bytes out = w.take();
    out.erase(out.end() - static_cast<std::ptrdiff_t>(std::min(cut, out.size())), out.end());
    return out;
}

}  // namespace rproc::test
