// SPDX-License-Identifier: BSD-2-Clause
#include "shape_groups.hpp"

namespace rproc::test {
namespace {

void add_carveout(ShapeList& list, const std::string& name, std::string about, const CarveoutEntry& entry) {
    list.add_entries("carveout-" + name, std::move(about), {carveout(entry)});
}

void add_registered(ShapeList& list) {
    const auto mcuram2 = [&list](const std::string& name, std::string about, std::uint32_t da, std::uint32_t len) {
        add_carveout(list, name, "mcuram2, " + std::move(about), {.name = "mcuram2", .da = da, .len = len});
    };
    mcuram2("exact", "its own address and length", 0x10000000, 0x40000);
    mcuram2("inside", "an address and a length inside it", 0x10001000, 0x1000);
    mcuram2("any", "any address", kAnyAddress, 0x1000);
    mcuram2("any-too-long", "any address, one byte too long", kAnyAddress, 0x40001);
    mcuram2("below", "an address below it", 0x0fff0000, 0x1000);
    mcuram2("below-by-1", "an address one byte below it", 0x0fffffff, 0x1000);
    mcuram2("above", "the address right after it", 0x10040000, 0x1000);
    mcuram2("last-byte", "its last byte", 0x1003ffff, 1);
    mcuram2("da-0", "address 0", 0, 0x1000);
    mcuram2("da-far", "an address 2 GiB above it", 0x90000000, 0x1000);
    mcuram2("too-long", "its address, one byte too long", 0x10000000, 0x40001);
    mcuram2("crossing", "half inside it", 0x10030000, 0x20000);
    mcuram2("crossing-by-1", "one byte past its end", 0x1003f000, 0x1001);
    mcuram2("len-0", "its address and no length", 0x10000000, 0);
    mcuram2("len-max", "its address and length 0xffffffff", 0x10000000, 0xffffffff);
    add_carveout(list, "retram", "retram, its own address and length", {.name = "retram", .da = 0, .len = 0x10000});
    add_carveout(list, "flags", "mcuram2 with flags", {.name = "mcuram2", .flags = 0xffffffff});
    add_carveout(list, "vring-any", "vdev0vring0, any address", {.name = "vdev0vring0"});
    add_carveout(list, "buffer-any", "vdev0buffer, any address", {.name = "vdev0buffer", .len = 0x4000});
    add_carveout(list, "buffer-da", "vdev0buffer, its own address",
                 {.name = "vdev0buffer", .da = 0x10042000, .len = 0x4000});
    list.add_entries("carveout-twice", "mcuram2 twice", {carveout({.name = "mcuram2"}), carveout({.name = "mcuram2"})});
    list.add_entries("carveout-vring-then-vdev", "vdev0vring0 as a carveout, then an rpmsg device",
                     {carveout({.name = "vdev0vring0"}), vdev({})});
    list.add_entries("carveout-vdev-then-vring", "an rpmsg device, then vdev0vring0 as a carveout",
                     {vdev({}), carveout({.name = "vdev0vring0"})});
    list.add_entries("carveout-buffer-then-vdev", "vdev0buffer as a carveout, then an rpmsg device",
                     {carveout({.name = "vdev0buffer", .len = 0x4000}), vdev({})});
}

void add_malformed(ShapeList& list) {
    const auto cut = [&list](const std::string& name, std::size_t bytes) {
        list.add_table("carveout-truncated-" + name, "the table ends before the carveout entry does",
                       {.entries = {carveout({.name = "mcuram2"})}, .cut = bytes});
    };
    cut("by-1", 1);
    cut("name", 32);
    cut("all", 52);
    add_carveout(list, "reserved", "reserved word 1", {.name = "mcuram2", .reserved = 1});
    add_carveout(list, "name-case", "MCURAM2, which is another name", {.name = "MCURAM2"});
    add_carveout(list, "name-empty", "an empty name", {.name = ""});
    add_carveout(list, "name-31", "a name of 31 characters", {.name = std::string(31, 'n')});
    add_carveout(list, "name-32", "a name of 32 characters, not terminated", {.name = std::string(32, 'n')});
    list.add_entries("carveout-name-32-goes-on", "a name of 32 characters, not terminated, and one more entry",
                     {carveout({.name = std::string(32, 'n')}), trace({})});
}

void add_unknown(ShapeList& list) {
    const auto sized = [&list](const std::string& name, std::uint32_t len) {
        add_carveout(list, "dma-len-" + name, "a name that no memory has, any address", {.name = "shm", .len = len});
    };
    sized("0", 0);
    sized("1", 1);
    sized("4k", 0x1000);
    sized("1m", 0x100000);
    sized("4m", 0x400000);
    sized("8m", 0x800000);
    sized("16m", 0x1000000);
    sized("64m", 0x4000000);
    sized("7fffffff", 0x7fffffff);
    sized("ffffffff", 0xffffffff);
    const auto placed = [&list](const std::string& name, std::string about, std::uint32_t da) {
        add_carveout(list, "dma-da-" + name, "a name that no memory has, " + std::move(about),
                     {.name = "shm", .da = da});
    };
    placed("inside", "an address inside mcuram2", 0x10020000);
    placed("outside", "an address that no memory has", 0x80000000);
    placed("0", "address 0", 0);
    placed("max", "address 0xfffffffe", 0xfffffffe);
    list.add_entries("carveout-dma-two", "two names that no memory has",
                     {carveout({.name = "shm"}), carveout({.name = "heap"})});
    list.add_entries("carveout-dma-twice", "one name that no memory has, twice",
                     {carveout({.name = "shm"}), carveout({.name = "shm"})});
    list.add_entries("carveout-dma-then-vdev", "a name that no memory has, then an rpmsg device",
                     {carveout({.name = "shm"}), vdev({})});
    list.add_entries("carveout-dma-then-refused", "a name that no memory has, then an entry that is refused",
                     {carveout({.name = "shm"}), devmem({})});
    list.add_entries("carveout-dma-fails-then-trace", "a length that cannot be had, then a trace entry",
                     {carveout({.name = "shm", .len = 0x7fffffff}), trace({})});
    list.add_entries("carveout-dma-second-fails", "a name that no memory has, then one whose length cannot be had",
                     {carveout({.name = "shm"}), carveout({.name = "heap", .len = 0x7fffffff})});
    list.add_entries("carveout-dma-fails-after-vdev", "an rpmsg device, then a length that cannot be had",
                     {vdev({}), carveout({.name = "shm", .len = 0x7fffffff})});
    list.add_entries("carveout-dma-then-bad-vdev", "a name that no memory has, then a device with num 0",
                     {carveout({.name = "shm"}), vdev({.vrings = {{.num = 0}, {.num = 0}}})});
    list.add_entries("carveout-dma-then-vendor", "a name that no memory has, then a vendor entry",
                     {carveout({.name = "shm"}), other_entry(128)});
    ElfImage image = image_with_table(Table{.entries = {carveout({.name = "shm"})}}.build());
    image.segments.push_back({.paddr = 0x80000000, .data = pattern(16)});
    list.add("carveout-dma-then-bad-segment", "a name that no memory has, and a segment outside all memory", image);
}

void add_format_names(ShapeList& list) {
    constexpr std::pair<const char*, const char*> kNames[] = {
        {"d", "buf%d"},      {"u-width", "%4096u"}, {"n", "%n"},
        {"p", "%p"},         {"s", "%s"},           {"s-many", "%s%s%s%s"},
        {"percent", "100%"}, {"escaped", "a%%b"},   {"escaped-registered", "mcuram%%2"},
    };
    for (const auto& [name, text] : kNames) {
        add_carveout(list, std::string("format-") + name, std::string("the name is ") + text, {.name = text});
    }
}

}  // namespace

void add_carveout_shapes(ShapeList& list) {
    add_registered(list);
    add_malformed(list);
    add_unknown(list);
    add_format_names(list);
}

}  // namespace rproc::test
