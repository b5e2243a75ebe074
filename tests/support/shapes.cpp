// SPDX-License-Identifier: BSD-2-Clause
#include "shapes.hpp"

#include <algorithm>

#include "shape_groups.hpp"

namespace rproc::test {

void ShapeList::add_entries(std::string name, std::string about, std::vector<Bytes> entries) {
    add_table(std::move(name), std::move(about), Table{.entries = std::move(entries)});
}

void ShapeList::add_table(std::string name, std::string about, const Table& table) {
    add(std::move(name), std::move(about), image_with_table(table.build()));
}

namespace {

/// The vectors of a Cortex-M: its stack pointer, and a reset handler in the code at 0x10000000.
Bytes vectors() {
    Bytes bytes = ByteWriter().u32(0x10040000).u32(0x10000001).take();
    const Bytes rest = pattern(0x400 - bytes.size());
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    return bytes;
}

}  // namespace

ElfImage image_with_table(Bytes table, ElfClass elf_class) {
    ElfImage image{.elf_class = elf_class};
    image.segments = {
        {.paddr = 0, .data = vectors()},
        {.paddr = 0x10000000, .data = pattern(0x100, 0x41)},
        {.paddr = kTableAddress, .data = table},
    };
    image.sections = {{.name = ".resource_table", .addr = kTableAddress, .data = std::move(table), .segment = 2}};
    return image;
}

Bytes base_table() { return Table{.entries = {trace({}), vdev({})}}.build(); }

ElfImage base_image(ElfClass elf_class) { return image_with_table(base_table(), elf_class); }

std::vector<Shape> all_shapes() {
    ShapeList list;
    add_elf_shapes(list);
    add_segment_shapes(list);
    add_table_shapes(list);
    add_entry_shapes(list);
    add_carveout_shapes(list);
    add_trace_and_devmem_shapes(list);
    add_vdev_shapes(list);
    add_mixed_shapes(list);
    add_defect_shapes(list);
    std::vector<Shape> shapes = list.take();
    std::ranges::sort(shapes, {}, &Shape::name);
    return shapes;
}

}  // namespace rproc::test
