// SPDX-License-Identifier: BSD-2-Clause
#include "shape_groups.hpp"

namespace rproc::test {
namespace {

void add_devmem(ShapeList& list) {
    list.add_entries("devmem-good", "a well-formed devmem entry", {devmem({})});
    list.add_entries("devmem-then-trace", "a devmem entry, then a trace entry", {devmem({}), trace({})});
    list.add_entries("devmem-reserved", "reserved word 1", {devmem({.reserved = 1})});
    list.add_table("devmem-truncated", "the table ends before the devmem entry does",
                   {.entries = {devmem({})}, .cut = 1});
}

void add_trace(ShapeList& list) {
    list.add_entries("trace-good", "a trace buffer in mcuram2", {trace({})});
    list.add_entries("trace-reserved", "reserved word 1", {trace({.reserved = 1})});
    list.add_table("trace-truncated-by-1", "the table ends one byte before the entry does",
                   {.entries = {trace({})}, .cut = 1});
    list.add_table("trace-truncated-all", "the table ends right after the entry's type",
                   {.entries = {trace({})}, .cut = 44});
    list.add_entries("trace-da-outside", "an address that no memory has", {trace({.da = 0x80000000})});
    list.add_entries("trace-da-any", "address 0xffffffff", {trace({.da = kAnyAddress})});
    list.add_entries("trace-da-0", "address 0", {trace({.da = 0})});
    list.add_entries("trace-crossing", "a buffer that ends one byte after mcuram2",
                     {trace({.da = 0x1003fc00, .len = 0x401})});
    list.add_entries("trace-vdev-buffer", "a buffer in vdev0buffer", {trace({.da = 0x10042000})});
    list.add_entries("trace-len-0", "a buffer of no bytes", {trace({.len = 0})});
    list.add_entries("trace-len-max", "a buffer of 0xffffffff bytes", {trace({.len = 0xffffffff})});
    list.add_entries("trace-name-32", "a name of 32 characters, not terminated",
                     {trace({.name = std::string(32, 't')})});
    list.add_entries("trace-name-empty", "an empty name", {trace({.name = ""})});
    list.add_entries("trace-two", "two trace buffers", {trace({}), trace({.name = "second", .da = 0x10006000})});
    list.add_entries("trace-same-name", "two trace buffers of one name", {trace({}), trace({})});
}

}  // namespace

void add_trace_and_devmem_shapes(ShapeList& list) {
    add_devmem(list);
    add_trace(list);
}

}  // namespace rproc::test
