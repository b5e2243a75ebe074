// SPDX-License-Identifier: BSD-2-Clause
#include "shape_groups.hpp"

namespace rproc::test {
namespace {

/// A table with one trace entry, counted once, and whose only offset is `offset`.
Table one_offset(std::uint32_t offset) { return {.entries = {trace({})}, .offsets = {{offset}}}; }

std::uint32_t one_trace_size() { return static_cast<std::uint32_t>(Table{.entries = {trace({})}}.build().size()); }

void add_offsets(ShapeList& list) {
    const std::uint32_t size = one_trace_size();
    list.add_table("entry-offset-past", "an offset one byte past the table", one_offset(size + 1));
    list.add_table("entry-offset-far", "an offset 64 KiB past the table", one_offset(size + 0x10000));
    list.add_table("entry-offset-leaves-0", "an offset at the table's end", one_offset(size));
    list.add_table("entry-offset-leaves-1", "an offset one byte before the table's end", one_offset(size - 1));
    list.add_table("entry-offset-leaves-2", "an offset two bytes before the table's end", one_offset(size - 2));
    list.add_table("entry-offset-leaves-3", "an offset three bytes before the table's end", one_offset(size - 3));
    list.add_table("entry-offset-leaves-4", "an entry of type 4 and no payload, at the table's end",
                   {.entries = {other_entry(4, {})}});
    list.add_table("entry-offset-0", "an offset to the table's own header", one_offset(0));
    list.add_table("entry-offset-array", "an offset to the offset array", one_offset(16));
    list.add_table("entry-offset-7fffffff", "offset 0x7fffffff", one_offset(0x7fffffff));
    list.add_table("entry-offset-80000000", "offset 0x80000000", one_offset(0x80000000));
    list.add_table("entry-offset-c0000000", "offset 0xc0000000", one_offset(0xc0000000));
    list.add_table("entry-offset-ffffffff", "offset 0xffffffff", one_offset(0xffffffff));
    list.add_table("entry-offset-second-bad", "a good entry, then an offset past the table",
                   {.entries = {trace({}), trace({})}, .offsets = {{24, 0x1000}}});
    list.add_table("entry-offset-duplicate", "two offsets to one trace entry",
                   {.entries = {trace({})}, .offsets = {{24, 24}}});
    list.add_table("entry-offset-overlap", "two entries that share bytes",
                   {.entries = {trace({}), other_entry(200, Bytes(0x40))}, .offsets = {{24, 28}}});
    list.add_table("entry-offset-unaligned", "an entry at an odd offset", {.entries = {trace({})}, .gap = 1});
    list.add_table("entry-offset-unaligned-vdev", "a vdev entry at an odd offset", {.entries = {vdev({})}, .gap = 3});
    list.add_table("entry-offset-reversed", "the second offset comes first",
                   {.entries = {trace({}), vdev({})}, .offsets = {{72, 24}}});
}

void add_types(ShapeList& list) {
    constexpr std::uint32_t kTypes[] = {4, 5, 127, 128, 200, 511, 512, 513, 0x7fffffff, 0x80000000, 0xffffffff};
    for (const std::uint32_t type : kTypes) {
        const std::string name = "entry-type-" + std::to_string(type);
        list.add_entries(name + "-last", "an entry of this type after a trace entry", {trace({}), other_entry(type)});
        list.add_entries(name + "-first", "an entry of this type before a trace entry", {other_entry(type), trace({})});
    }
}

void add_vendors(ShapeList& list) {
    list.add_entries("entry-vendor-alone", "one vendor entry and no other", {other_entry(128)});
    list.add_entries("entry-vendor-no-payload", "a vendor entry of four bytes", {trace({}), other_entry(128, {})});
    list.add_entries("entry-vendor-two-last", "two vendor entries after a trace entry",
                     {trace({}), other_entry(128), other_entry(200)});
    list.add_entries("entry-vendor-two-first", "two vendor entries before a trace entry",
                     {other_entry(128), other_entry(200), trace({})});
    list.add_entries("entry-vendor-then-unknown", "a vendor entry, then one of type 4",
                     {other_entry(128), other_entry(4)});
    list.add_entries("entry-unknown-then-vendor", "an entry of type 4, then a vendor entry",
                     {other_entry(4), other_entry(128)});
    list.add_entries("entry-vendor-then-vdev", "a vendor entry, then an rpmsg device", {other_entry(128), vdev({})});
    list.add_entries("entry-vdev-then-vendor", "an rpmsg device, then a vendor entry", {vdev({}), other_entry(128)});
    list.add_entries("entry-vendor-then-devmem", "a vendor entry, then one that is refused",
                     {other_entry(128), devmem({})});
}

}  // namespace

void add_entry_shapes(ShapeList& list) {
    add_offsets(list);
    add_types(list);
    add_vendors(list);
}

}  // namespace rproc::test
