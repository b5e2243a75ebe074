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

/// Parsers for the content of the kernel's files.
namespace rproc::sysfs {

/// @returns the state of that name in sysfs, or nothing for any other word.
[[nodiscard]] std::optional<State> parse_state(std::string_view word) noexcept;

/// Whether `name` is that of a trace file in debugfs: "trace0".
[[nodiscard]] bool is_trace_file(std::string_view name) noexcept;
/// The name of the trace file of an index: "trace0".
[[nodiscard]] std::string trace_file(std::size_t index);

/// Checks the content of a trace file. @returns trace_unavailable for the text that the kernel shows if the buffer is
/// in no memory that it knows, or nothing for any other content.
[[nodiscard]] std::optional<Error> trace_error(std::string_view content, std::size_t index);

/// A trace buffer in debugfs' resource_table.
struct TraceEntry {
    std::string name;      ///< "cm4_log"
    std::uint64_t length;  ///< bytes
};

/// Parses debugfs' resource_table. @returns the trace entries, in their order: that of trace0, trace1, ...
[[nodiscard]] std::vector<TraceEntry> trace_entries(std::string_view resource_table);

/// A memory in debugfs' carveout_memories.
struct CarveoutEntry {
    std::string name;              ///< "vdev0buffer"
    DeviceAddress device_address;  ///< of the first byte
    std::uint64_t length;          ///< bytes
};

/// Parses debugfs' carveout_memories. @returns the memories, in their order.
[[nodiscard]] std::vector<CarveoutEntry> carveout_entries(std::string_view carveout_memories);

/// Whether debugfs' resource_table contains a table, and not the text that there is none.
[[nodiscard]] bool has_table(std::string_view resource_table) noexcept;

/// The suffixes of a firmware file; the compressed ones if the kernel supports them (CONFIG_FW_LOADER_COMPRESS).
inline constexpr std::array<std::string_view, 3> kFirmwareSuffixes{"", ".xz", ".zst"};

/// The search directories of the kernel for firmware, in its order (fw_path[] of firmware_loader); see
/// `FirmwareSearchPath`.
/// @param root prefix of every directory.
/// @param release of the kernel, as `uname -r` prints it.
/// @param class_path the parameter firmware_class.path; may be empty.
[[nodiscard]] std::vector<std::filesystem::path> search_directories(const std::filesystem::path& root,
                                                                    const std::string& release,
                                                                    const std::string& class_path);

}  // namespace rproc::sysfs
