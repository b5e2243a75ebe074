// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rproc/error.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/state.hpp"

/// Reading what the kernel's files say.
namespace rproc::sysfs {

/// The state of that name in sysfs; nothing for any other word.
[[nodiscard]] std::optional<State> parse_state(std::string_view word) noexcept;

/// Whether it is the name of a trace buffer's file in debugfs: "trace0".
[[nodiscard]] bool is_trace_file(std::string_view name) noexcept;
/// "trace0"
[[nodiscard]] std::string trace_file(std::size_t index);

/// What is wrong with the content of a trace file: trace_unavailable for the text that the kernel shows instead of a
/// buffer that lies in no memory it knows; nothing else.
[[nodiscard]] std::optional<Error> trace_error(std::string_view content, std::size_t index);

/// A trace buffer, as debugfs' resource_table describes it.
struct TraceEntry {
    std::string name;
    std::uint64_t length;  ///< bytes
};

/// The trace entries in the text of debugfs' resource_table, in their order: that of trace0, trace1, ...
[[nodiscard]] std::vector<TraceEntry> trace_entries(std::string_view resource_table);

/// A memory, as debugfs' carveout_memories describes it.
struct CarveoutEntry {
    std::string name;
    DeviceAddress device_address;
    std::uint64_t length;  ///< bytes
};

/// The memories in the text of debugfs' carveout_memories, in their order.
[[nodiscard]] std::vector<CarveoutEntry> carveout_entries(std::string_view carveout_memories);

/// Whether the text of debugfs' resource_table shows a table, and not that there is none.
[[nodiscard]] bool has_table(std::string_view resource_table) noexcept;

/// What the firmware's file name may have behind it, when the kernel reads compressed firmware.
inline constexpr std::array<std::string_view, 3> kFirmwareSuffixes{"", ".xz", ".zst"};

/// The directories in which the kernel looks for firmware, in its order; see `FirmwareSearchPath`.
/// @param class_path the parameter firmware_class.path; may be empty.
[[nodiscard]] std::vector<std::filesystem::path> search_directories(const std::filesystem::path& root,
                                                                    const std::string& release,
                                                                    const std::string& class_path);

}  // namespace rproc::sysfs
