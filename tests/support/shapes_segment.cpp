// SPDX-License-Identifier: BSD-2-Clause
#include "shape_groups.hpp"

namespace rproc::test {
namespace {

constexpr std::uint64_t kMax64 = ~std::uint64_t{0};

/// The base image and one more segment.
ElfImage base_and(Segment segment, ElfClass elf_class = ElfClass::k32) {
    ElfImage image = base_image(elf_class);
    image.segments.push_back(std::move(segment));
    return image;
}

/// `size` bytes of memory at `paddr`, of which the file fills the first 16.
Segment at(std::uint64_t paddr, std::uint64_t size) { return {.paddr = paddr, .data = pattern(16), .memsz = size}; }

void add_sizes(ShapeList& list) {
    const Bytes data = pattern(0x40);
    const std::uint64_t size = base_and({.data = data}).build().size();
    list.add("segment-filesz-over-memsz", "p_filesz 0x40, p_memsz 0x20",
             base_and({.paddr = 0x10001000, .data = data, .memsz = 0x20}));
    list.add("segment-memsz-0", "p_filesz 0x40, p_memsz 0, at an address outside all memory",
             base_and({.paddr = 0x80000000, .data = data, .memsz = 0}));
    list.add("segment-truncated", "the file ends long before the segment's bytes",
             base_and({.paddr = 0x10001000, .data = data, .filesz = 0x8000}));
    list.add("segment-truncated-by-1", "the file ends one byte before the segment's",
             base_and({.paddr = 0x10001000, .data = data, .offset = size - 0x3f}));
    list.add("segment-at-file-end", "the segment's bytes are the last ones of the file",
             base_and({.paddr = 0x10001000, .data = data, .offset = size - 0x40}));
    list.add("segment-offset-outside", "no bytes in the file, offset past its end",
             base_and({.paddr = 0x10001000, .offset = 0x10000000, .filesz = 0, .memsz = 0x20}));
    list.add("segment-offset-wrap", "offset + filesz is more than 32 bits can hold",
             base_and({.paddr = 0x10001000, .data = data, .offset = 0xfffffff0}));
    list.add("segment-bss", "no bytes in the file, 0x1000 in memory",
             base_and({.paddr = 0x10001000, .filesz = 0, .memsz = 0x1000}));
    list.add("segment-zero-fill", "0x40 bytes in the file, 0x1000 in memory",
             base_and({.paddr = 0x10001000, .data = data, .memsz = 0x1000}));
    list.add("segment-unaligned", "an odd address, an odd size",
             base_and({.paddr = 0x10001003, .data = pattern(7), .memsz = 13}));
}

void add_addresses(ShapeList& list) {
    list.add("segment-mcuram", "a segment in mcuram", base_and(at(0x30000000, 0x100)));
    list.add("segment-outside", "an address that no memory has", base_and(at(0x80100000, 0x540)));
    list.add("segment-whole-carveout", "a segment as large as mcuram", base_and(at(0x30000000, 0x40000)));
    list.add("segment-whole-carveout-and-1", "one byte more than mcuram", base_and(at(0x30000000, 0x40001)));
    list.add("segment-at-end", "a segment that ends where retram ends", base_and(at(0xff00, 0x100)));
    list.add("segment-crossing-by-1", "a segment that ends one byte after retram", base_and(at(0xff00, 0x101)));
    list.add("segment-starts-at-end", "a segment that starts where retram ends", base_and(at(0x10000, 0x10)));
    list.add("segment-starts-before", "a segment that starts one byte before mcuram", base_and(at(0x2fffffff, 0x20)));
    list.add("segment-adjacent-carveouts", "from mcuram2 on into vdev0vring0", base_and(at(0x1003ff00, 0x200)));
    list.add("segment-vring", "a segment in vdev0vring0", base_and(at(0x10040000, 0x100)));
    list.add("segment-two-vrings", "from vdev0vring0 on into vdev0vring1", base_and(at(0x10040ff0, 0x20)));
    list.add("segment-vdev-buffer", "a segment in vdev0buffer", base_and(at(0x10042000, 0x100)));
    list.add("segment-retram-alias", "the address at which the Cortex-A sees retram", base_and(at(0x38000000, 0x100)));
    list.add("segment-huge", "a segment of 1 GiB", base_and(at(0x10000000, 0x40000000)));
    list.add("segment-last-byte", "the last byte of 32 bits", base_and({.paddr = 0xffffffff, .data = pattern(1)}));
    list.add("segment-wrap", "address + size is more than 32 bits can hold", base_and(at(0xfffffff0, 0x20)));
    list.add("segment-vaddr-outside", "p_vaddr outside, p_paddr inside",
             base_and({.paddr = 0x10001000, .data = pattern(16), .vaddr = 0x80000000}));
    list.add("segment-paddr-outside", "p_vaddr inside, p_paddr outside",
             base_and({.paddr = 0x08000000, .data = pattern(16), .vaddr = 0x10001000}));
}

void add_types(ShapeList& list) {
    const auto typed = [](std::uint32_t type) {
        return base_and({.type = type, .paddr = 0x80000000, .data = pattern(16)});
    };
    list.add("segment-type-null", "PT_NULL outside all memory", typed(0));
    list.add("segment-type-dynamic", "PT_DYNAMIC outside all memory", typed(2));
    list.add("segment-type-note", "PT_NOTE outside all memory", typed(4));
    list.add("segment-type-tls", "PT_TLS outside all memory", typed(7));
    list.add("segment-type-exidx", "PT_ARM_EXIDX outside all memory", typed(0x70000001));
    list.add("segment-type-note-bad", "PT_NOTE with filesz over memsz and past the file's end",
             base_and({.type = 4, .paddr = 0x80000000, .offset = 0x1000000, .filesz = 0x40, .memsz = 0x20}));
}

void add_several(ShapeList& list) {
    list.add("segment-overlap", "a second segment over the first one's bytes", base_and(at(0x10000080, 0x100)));
    list.add("segment-overlap-table", "a later segment zeroes the resource table", base_and(at(0x10003ff0, 0x800)));
    ElfImage image = base_and(at(0x80000000, 0x10));
    image.segments.push_back(at(0x90000000, 0x20));
    list.add("segment-two-bad", "two segments outside all memory", image);
    list.add("segment-filesz-and-outside", "filesz over memsz and an address outside",
             base_and({.paddr = 0x80000000, .data = pattern(0x40), .memsz = 0x20}));
    list.add("segment-truncated-and-outside", "past the file's end and an address outside",
             base_and({.paddr = 0x80000000, .data = pattern(0x40), .filesz = 0x8000}));
    list.add("segment-filesz-and-truncated", "filesz over memsz and past the file's end",
             base_and({.paddr = 0x10001000, .data = pattern(0x40), .filesz = 0x8000, .memsz = 0x20}));
    ElfImage many = base_image();
    for (std::uint64_t i = 0; i < 64; ++i) many.segments.push_back(at(0x30000000 + i * 0x100, 0x40));
    list.add("segment-many", "67 segments", many);
}

void add_elf64(ShapeList& list) {
    constexpr ElfClass k64 = ElfClass::k64;
    list.add("segment64-alias", "an address 4 GiB above mcuram2", base_and(at(0x110000000, 0x100), k64));
    list.add("segment64-alias-far", "an address 2^63 above mcuram2", base_and(at(0x8000000010000000, 0x100), k64));
    list.add("segment64-address-max", "the last byte of 64 bits", base_and({.paddr = kMax64, .data = pattern(1)}, k64));
    list.add("segment64-offset-wrap", "offset + filesz wraps to a small number",
             base_and({.paddr = 0x10001000, .data = pattern(16), .offset = kMax64 - 7}, k64));
    list.add("segment64-memsz-4g", "16 bytes and 4 GiB in memory", base_and(at(0x10001000, 0x100000010), k64));
    list.add("segment64-memsz-max", "2^64 - 1 bytes in memory", base_and(at(0x10001000, kMax64), k64));
    list.add("segment64-filesz-4g", "16 bytes and 4 GiB in the file",
             base_and({.paddr = 0x10001000, .data = pattern(16), .filesz = 0x100000010}, k64));
    list.add("segment64-outside", "an address that no memory has", base_and(at(0x80100000, 0x540), k64));
    list.add("segment64-filesz-over-memsz", "p_filesz 0x40, p_memsz 0x20",
             base_and({.paddr = 0x10001000, .data = pattern(0x40), .memsz = 0x20}, k64));
}

}  // namespace

void add_segment_shapes(ShapeList& list) {
    add_sizes(list);
    add_addresses(list);
    add_types(list);
    add_several(list);
    add_elf64(list);
}

}  // namespace rproc::test
