// SPDX-License-Identifier: BSD-2-Clause
#include "shape_groups.hpp"

namespace rproc::test {
namespace {

void add_vdev(ShapeList& list, const std::string& name, std::string about, const VdevEntry& entry) {
    list.add_entries("vdev-" + name, std::move(about), {vdev(entry)});
}

void add_truncated(ShapeList& list) {
    const auto cut = [&list](const std::string& name, std::string about, const VdevEntry& entry, std::size_t bytes) {
        list.add_table("vdev-truncated-" + name, std::move(about), {.entries = {vdev(entry)}, .cut = bytes});
    };
    const VdevEntry with_config{.config = Bytes(8)};
    cut("type", "the table ends after the entry's type", {}, 64);
    cut("header", "the table ends one byte before the vring count", {}, 44);
    cut("reserved", "the table ends inside the reserved bytes", {}, 41);
    cut("vrings", "the table ends before the vrings", {}, 40);
    cut("vring1", "the table ends before the second vring", {}, 20);
    cut("by-1", "the table ends inside the second vring", {}, 1);
    cut("config", "the table ends before the config space", with_config, 8);
    cut("config-by-1", "the table ends inside the config space", with_config, 1);
    add_vdev(list, "config-len-outside", "a config space of 8 bytes that are not there", {.config_len = 8});
    add_vdev(list, "config-len-wrap", "config_len 0xffffffe0: the entry's size wraps in 32 bits",
             {.config_len = 0xffffffe0});
    add_vdev(list, "config-len-max", "config_len 0xffffffff", {.config_len = 0xffffffff});
}

void add_headers(ShapeList& list) {
    add_vdev(list, "good", "an rpmsg device, two vrings, any address", {});
    add_vdev(list, "reserved-1", "first reserved byte 1", {.reserved = {1, 0}});
    add_vdev(list, "reserved-2", "second reserved byte 1", {.reserved = {0, 1}});
    add_vdev(list, "id-0", "virtio device 0", {.id = 0});
    add_vdev(list, "id-3", "virtio device 3, a console", {.id = 3});
    add_vdev(list, "id-99", "virtio device 99", {.id = 99});
    add_vdev(list, "id-max", "virtio device 0xffffffff", {.id = 0xffffffff});
    add_vdev(list, "features", "all features, status 7 and a notifyid already set",
             {.notifyid = 5, .dfeatures = 0xffffffff, .gfeatures = 0xffffffff, .status = 7});
    add_vdev(list, "config", "a config space of 8 bytes", {.config = pattern(8)});
}

void add_counts(ShapeList& list) {
    const auto vrings = [](std::size_t count) { return std::vector<VringEntry>(count); };
    add_vdev(list, "vrings-0", "no vring", {.vrings = {}});
    add_vdev(list, "vrings-1", "one vring", {.vrings = vrings(1)});
    add_vdev(list, "vrings-3", "three vrings", {.vrings = vrings(3)});
    add_vdev(list, "vrings-255", "255 vrings", {.vrings = vrings(255)});
    add_vdev(list, "vrings-255-promised", "255 vrings promised, two there", {.num_of_vrings = std::uint8_t{255}});
    add_vdev(list, "vrings-1-of-2", "two vrings, one counted", {.num_of_vrings = std::uint8_t{1}});
}

void add_vrings(ShapeList& list) {
    const auto both = [&list](const std::string& name, std::string about, const VringEntry& vring) {
        add_vdev(list, name, std::move(about), {.vrings = {vring, vring}});
    };
    both("num-0", "num 0", {.num = 0});
    both("num-1", "num 1", {.num = 1});
    both("num-17", "num 17, no power of two", {.num = 17});
    both("num-128", "num 128, the largest that fits 4 KiB", {.num = 128});
    both("num-256", "num 256, too large for vdev0vring0", {.num = 256});
    both("num-1024", "num 1024, too large for vdev0vring0", {.num = 1024});
    both("num-32768", "num 32768, the largest of virtio", {.num = 32768});
    both("num-65536", "num 65536, more than virtio allows", {.num = 65536});
    both("num-10000000", "num 0x10000000: num * 16 is 0 in 32 bits", {.num = 0x10000000});
    both("num-80000000", "num 0x80000000", {.num = 0x80000000});
    both("num-e0000000", "num 0xe0000000", {.num = 0xe0000000});
    both("num-max", "num 0xffffffff", {.num = 0xffffffff});
    both("align-0", "align 0", {.align = 0});
    both("align-1", "align 1", {.align = 1});
    both("align-3", "align 3, no power of two", {.align = 3});
    both("align-4096", "align 4096: needs two pages", {.align = 4096});
    both("align-80000000", "align 0x80000000", {.align = 0x80000000});
    both("notifyid", "notify ids already set, both 9", {.notifyid = 9});
    both("da-0", "both vrings at address 0", {.da = 0});
    both("da-outside", "both vrings at an address that no memory has", {.da = 0x80000000});
    both("da-same", "both vrings at the address of the first", {.da = 0x10040000});
}

void add_places(ShapeList& list) {
    const auto places = [&list](const std::string& name, std::string about, std::uint32_t first, std::uint32_t second) {
        add_vdev(list, name, std::move(about), {.vrings = {{.da = first}, {.da = second}}});
    };
    places("da-right", "each vring at its own memory", 0x10040000, 0x10041000);
    places("da-swapped", "each vring at the other's memory", 0x10041000, 0x10040000);
    places("da-mcuram2", "both vrings in mcuram2", 0x10010000, 0x10011000);
    places("da-inside", "the first vring 16 bytes into its memory", 0x10040010, 0x10041000);
    places("da-vring1-wrong", "only the second vring's address is wrong", 0x10040000, 0x80000000);
    places("da-vring0-wrong", "only the first vring's address is wrong", 0x80000000, 0x10041000);
    add_vdev(list, "vring1-num-0", "only the second vring has num 0", {.vrings = {{}, {.num = 0}}});
    add_vdev(list, "vring1-num-256", "only the second vring is too large", {.vrings = {{}, {.num = 256}}});
    add_vdev(list, "vring1-align-0", "only the second vring has align 0", {.vrings = {{}, {.align = 0}}});
}

void add_several(ShapeList& list) {
    const Bytes good = vdev({});
    const Bytes bad = vdev({.vrings = {{.num = 0}, {.num = 0}}});
    list.add_entries("vdev-two", "two rpmsg devices", {good, good});
    list.add_entries("vdev-two-first-bad", "two rpmsg devices, the first with num 0", {bad, good});
    list.add_entries("vdev-two-second-bad", "two rpmsg devices, the second with num 0", {good, bad});
    list.add_entries("vdev-two-second-da", "two rpmsg devices, the second at addresses that no memory has",
                     {good, vdev({.vrings = {{.da = 0x80000000}, {.da = 0x80001000}}})});
    list.add_entries("vdev-two-second-no-vring", "two rpmsg devices, the second without vrings",
                     {good, vdev({.vrings = {}})});
    list.add_entries("vdev-two-one-trace", "an rpmsg device, a trace buffer, a second device with num 0",
                     {good, trace({}), bad});
    list.add_entries("vdev-two-both-bad", "two rpmsg devices, both with num 0", {bad, bad});
    list.add_entries("vdev-three", "three rpmsg devices", {good, good, good});
    list.add_entries("vdev-then-trace", "an rpmsg device, then a trace buffer", {good, trace({})});
    list.add_entries("vdev-probe-fails-then-trace", "an rpmsg device with num 0, then a trace buffer",
                     {bad, trace({})});
}

}  // namespace

void add_vdev_shapes(ShapeList& list) {
    add_truncated(list);
    add_headers(list);
    add_counts(list);
    add_vrings(list);
    add_places(list);
    add_several(list);
}

}  // namespace rproc::test
