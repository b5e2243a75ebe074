// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/common/output.hpp"
#include "cli/common/resource_report.hpp"
#include "rproc/check/memory_map.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/platform/board.hpp"

namespace rproc::cli {

/// The first bytes of an ELF file.
struct ElfIdentity {
    unsigned elf_class;  ///< 32, 64, or 0 when it is neither
    bool little_endian;
    std::uint16_t type;
    std::uint16_t machine;
};

struct SegmentReport {
    ElfSegment segment;
    std::string memory;          ///< the memory that holds all of it; empty when none does, or nothing is loaded
    std::string misfit;          ///< why it fits in no memory; empty when it does
    std::optional<Error> fault;  ///< what is wrong with its sizes
};

/// A segment, vring, trace or table in a memory.
struct MemoryItem {
    std::string what;
    DeviceRange range;
};

struct MemoryReport {
    check::MemoryEntry memory;
    std::vector<MemoryItem> items;  ///< by device address
    std::uint64_t used;             ///< bytes that at least one item takes

    [[nodiscard]] std::uint64_t free() const noexcept { return memory.device.size() - used; }
};

/// The section .resource_table.
struct TablePlace {
    ElfSection section;
    std::optional<TableReport> table;  ///< nothing when the section lies outside the file
};

/// The content of an image, on the memories of a board. Views into the image's bytes.
struct InspectReport {
    ElfIdentity identity;
    std::optional<Error> refusal;     ///< why Linux reads no further than the header
    std::optional<ElfHeader> header;  ///< nothing when refused
    std::vector<SegmentReport> segments;
    std::vector<ElfSection> sections;
    std::vector<MemoryReport> memories;
    std::optional<TablePlace> table;
};

/// @returns the report, or elf_too_small or elf_bad_magic when this is no ELF file.
[[nodiscard]] Result<InspectReport> inspect(const Firmware& firmware, const platform::Stm32mp15Config& config);

/// "LOAD", "NOTE", or the number.
[[nodiscard]] std::string segment_type_name(std::uint32_t type);
/// "executable", or the number.
[[nodiscard]] std::string elf_type_name(std::uint16_t type);
/// "ARM", or the number.
[[nodiscard]] std::string machine_name(std::uint16_t machine);

/// The report as one JSON object, and as text.
[[nodiscard]] nlohmann::ordered_json to_json(const InspectReport& report);
void print(Output& out, const InspectReport& report, bool with_sections);

}  // namespace rproc::cli
