// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as what the kernel's files say: whatever is read from them is a part of them.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rproc/linux/kernel_log.hpp"
#include "rproc/linux/sysfs_find.hpp"
#include "rproc/linux/sysfs_text.hpp"
#include "rproc/linux/table_outline.hpp"

namespace {

using namespace rproc;

void demand(bool holds) {
    if (!holds) std::abort();
}

void read_log(const std::string& text) {
    const auto line = linux::parse_kmsg(text);
    demand(!line || text.ends_with(";" + line->text));
    for (const linux::KernelLine& each : linux::lines_about({text}, "remoteproc0", "10000000.m4"))
        demand(line && line->text.ends_with(each.text));
}

void read_debugfs(std::string_view text) {
    for (const linux::TraceEntry& each : linux::trace_entries(text)) demand(text.find(each.name) != text.npos);
    for (const linux::CarveoutEntry& each : linux::carveout_entries(text)) demand(text.find(each.name) != text.npos);
    demand(linux::outline_of_text(text).size() >= linux::trace_entries(text).size());
}

void choose(std::string_view text) {
    const auto found = linux::choose_processor({{"remoteproc0", 0, "m4", "/soc/m4", ""}}, text);
    demand(found || found.error().code() == ErrorCode::processor_unknown);
    demand(text.find(linux::node_path(text)) != text.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    read_log(text);
    read_debugfs(text);
    choose(text);
    return 0;
}
