// SPDX-License-Identifier: BSD-2-Clause
#include "shape_groups.hpp"

namespace rproc::test {
namespace {

/// These entries, and a segment outside all memory: the boot fails after the entries were handled.
void add_undone(ShapeList& list, const std::string& name, std::string about, std::vector<Bytes> entries) {
    ElfImage image = image_with_table(Table{.entries = std::move(entries)}.build());
    image.segments.push_back({.paddr = 0x80000000, .data = pattern(16)});
    list.add("mixed-" + name + "-bad-segment", std::move(about) + ", and a segment outside all memory", image);
}

}  // namespace

void add_mixed_shapes(ShapeList& list) {
    add_undone(list, "trace", "a trace buffer", {trace({})});
    add_undone(list, "vdev", "an rpmsg device", {vdev({})});
    add_undone(list, "vdev-probe-fails", "an rpmsg device with num 0", {vdev({.vrings = {{.num = 0}, {.num = 0}}})});
    add_undone(list, "vdev-no-vring", "a device without vrings", {vdev({.vrings = {}})});
    add_undone(list, "vdev-one-vring", "a device with one vring", {vdev({.vrings = {{}}})});
    add_undone(list, "two-vdevs", "two rpmsg devices", {vdev({}), vdev({})});
    add_undone(list, "registered-carveout", "a carveout in mcuram2", {carveout({.name = "mcuram2"})});
    list.add_entries("mixed-vdev-then-devmem", "an rpmsg device, then an entry that is refused",
                     {vdev({}), devmem({})});
    list.add_entries("mixed-no-vring-then-devmem", "a device without vrings, then an entry that is refused",
                     {vdev({.vrings = {}}), devmem({})});
    list.add_entries("mixed-all", "a carveout, a trace buffer, an rpmsg device, a vendor and an unknown entry",
                     {carveout({.name = "mcuram2"}), trace({}), vdev({}), other_entry(128), other_entry(600)});
    ElfImage image = image_with_table(Table{.entries = {devmem({})}, .ver = 2}.build());
    image.segments.push_back({.paddr = 0x80000000, .data = pattern(16)});
    list.add("mixed-bad-table-bad-segment", "a table of version 2 and a segment outside all memory", image);
}

}  // namespace rproc::test
