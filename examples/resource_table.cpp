// SPDX-License-Identifier: BSD-2-Clause
// Resource tables alone: builds one, and reads it as a linter or a bootloader does.
#include <cstdio>
#include <string>

#include <rproc/resource/entries.hpp>
#include <rproc/resource/table_builder.hpp>
#include <rproc/resource/vring_size.hpp>

namespace {

using rproc::ResourceEntry;
using rproc::Result;
namespace wire = rproc::wire;

/// Called with each entry, decoded; one overload a type.
struct Printer {
    Result<void> operator()(const ResourceEntry& entry, const wire::Trace& trace) {
        return print(entry, "log buffer of " + std::to_string(trace.len.get()) + " bytes");
    }
    Result<void> operator()(const ResourceEntry& entry, const rproc::VdevEntry& vdev) {
        std::string text = "virtio device " + std::to_string(vdev.header().id.get());
        for (std::uint32_t i = 0; i < vdev.vring_count(); ++i) {
            const wire::Vring vring = vdev.vring(i);
            text += ", vring of " + std::to_string(rproc::vring_size(vring.num, vring.align)) + " bytes";
        }
        return print(entry, text);
    }
    template <class Payload>
    Result<void> operator()(const ResourceEntry& entry, const Payload& /*payload*/) {
        return print(entry, "memory");
    }
    Result<void> operator()(const ResourceEntry& entry) { return print(entry, "passed over by Linux"); }

    static Result<void> print(const ResourceEntry& entry, const std::string& text) {
        std::printf("%s: %s\n", describe(place_of(entry)).c_str(), text.c_str());
        return {};
    }
};

}  // namespace

int main() {
    const auto bytes = rproc::ResourceTableBuilder{}.trace("cm4_log", 0x10020000, 2048).vdev(7, 1, {{}, {}}).build();

    const auto table = rproc::ResourceTableView::parse(bytes);
    if (!table) return 1;
    const auto walked = table->for_each([](const ResourceEntry& entry) { return visit(entry, Printer{}); });
    return walked ? 0 : 1;
}
