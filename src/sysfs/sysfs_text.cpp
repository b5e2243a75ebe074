// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/sysfs_text.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "rproc/debug/trace.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/sysfs/sysfs_files.hpp"
#include "sysfs/trimmed_lines.hpp"

namespace rproc::sysfs {
namespace {

constexpr std::string_view kTrace = "trace";

/// The hexadecimal number in "Length 0x800 Bytes"; 0 where there is none.
std::uint64_t number_in(std::string_view line) {
    constexpr std::string_view kHex = "0x";
    const auto start = line.find(kHex);
    if (start == std::string_view::npos) return 0;
    const std::string_view digits = line.substr(start + kHex.size());
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
}

}  // namespace

std::optional<State> parse_state(std::string_view word) noexcept {
    for (const State state : {State::offline, State::suspended, State::running, State::crashed, State::attached,
                              State::detached, State::deleted})
        if (word == to_string(state)) return state;
    return std::nullopt;
}

bool is_trace_file(std::string_view name) noexcept {
    if (!name.starts_with(kTrace) || name.size() == kTrace.size()) return false;
    return std::ranges::all_of(name.substr(kTrace.size()), [](char c) { return c >= '0' && c <= '9'; });
}

std::string trace_file(std::size_t index) { return fmt::format("{}{}", kTrace, index); }

namespace {

constexpr ErrorText kUnmapped{
    .code = ErrorCode::trace_unavailable,
    .message = "the buffer lies in no memory that the kernel has mapped for the processor",
    .hint = "the trace entry of the resource table must have the address of the log buffer; see `rproc inspect`"};

}  // namespace

std::optional<Error> trace_error(std::string_view content, std::size_t index) {
    if (content != fmt::format("{}\n", kTraceUnavailable)) return std::nullopt;
    return Error(kUnmapped, place::File{trace_file(index)});
}

std::vector<TraceEntry> trace_entries(std::string_view resource_table) {
    std::vector<TraceEntry> entries;
    bool in_trace = false;
    constexpr std::string_view kName = "Name ";
    for (const std::string_view line : trimmed_lines(resource_table)) {
        if (line.starts_with("Entry ")) {
            in_trace = line.ends_with(" is of type trace");
            if (in_trace) entries.push_back({});
        } else if (in_trace && line.starts_with("Length ")) {
            entries.back().length = number_in(line);
        } else if (in_trace && line.starts_with(kName)) {
            entries.back().name = line.substr(kName.size());
        }
    }
    return entries;
}

std::vector<CarveoutEntry> carveout_entries(std::string_view carveout_memories) {
    constexpr std::string_view kName = "Name: ";
    constexpr std::string_view kAddress = "Device address: ";
    std::vector<CarveoutEntry> entries;
    for (const std::string_view line : trimmed_lines(carveout_memories)) {
        if (line == "Carveout memory entry:") entries.push_back({});
        if (entries.empty()) continue;
        if (line.starts_with(kName)) entries.back().name = line.substr(kName.size());
        if (line.starts_with(kAddress)) entries.back().device_address = DeviceAddress(number_in(line));
        if (line.starts_with("Length: ")) entries.back().length = number_in(line);
    }
    return entries;
}

bool has_table(std::string_view resource_table) noexcept {
    return !resource_table.empty() && !resource_table.starts_with("No resource table");
}

std::vector<std::filesystem::path> search_directories(const std::filesystem::path& root, const std::string& release,
                                                      const std::string& class_path) {
    return FirmwareSearchPath::below(root, release, class_path).directories();
}

}  // namespace rproc::sysfs
