// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as the text of the kernel's files: every name that is read is a part of the text.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rproc/sysfs/kernel_log.hpp"
#include "rproc/sysfs/sysfs_find.hpp"
#include "rproc/sysfs/sysfs_text.hpp"
#include "rproc/sysfs/table_outline.hpp"

namespace {

using namespace rproc;

void require(bool holds) {
    if (!holds) std::abort();
}

void read_log(const std::string& text) {
    const auto line = sysfs::parse_kmsg(text);
    require(!line || text.ends_with(";" + line->text));
    for (const sysfs::KernelLine& each : sysfs::lines_about({text}, "remoteproc0", "10000000.m4"))
        require(line && line->text.ends_with(each.text));
}

void read_debugfs(std::string_view text) {
    for (const sysfs::TraceEntry& each : sysfs::trace_entries(text)) require(text.find(each.name) != text.npos);
    for (const sysfs::CarveoutEntry& each : sysfs::carveout_entries(text)) require(text.find(each.name) != text.npos);
    require(sysfs::outline_of_text(text).size() >= sysfs::trace_entries(text).size());
}

void choose(std::string_view text) {
    const auto found = sysfs::choose_processor({{"remoteproc0", 0, "m4", "/soc/m4", ""}}, text);
    require(found || found.error().code() == ErrorCode::processor_unknown);
    require(text.find(sysfs::node_path(text)) != text.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    read_log(text);
    read_debugfs(text);
    choose(text);
    return 0;
}
