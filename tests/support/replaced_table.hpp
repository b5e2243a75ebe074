// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "rproc/firmware/firmware.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/resource/table_builder.hpp"
#include "support/elf_builder.hpp"

/// Firmwares whose resource tables differ in size, for a recovery that finds the file replaced.
namespace rproc::test {

/// Where their table lies, as a part of a segment of kTableSegment bytes; the rest of the segment is kFiller.
inline constexpr std::uint64_t kReplacedTableDa = 0x10004000;
inline constexpr std::size_t kTableSegment = 0x200;
inline constexpr std::byte kFiller{0xa5};

/// A table with this number of traces; 0 makes an empty one, of 16 bytes.
[[nodiscard]] inline Bytes table_of_traces(unsigned traces) {
    ResourceTableBuilder table;
    for (unsigned i = 0; i < traces; ++i) table.trace("log", 0x10000000 + 16 * i, 16);
    return table.build();
}

/// An ELF file with a table; none when it is empty.
[[nodiscard]] inline Bytes elf_with_table(const Bytes& table, std::uint64_t da = kReplacedTableDa,
                                          std::size_t segment = kTableSegment) {
    Bytes contents(segment, kFiller);
    std::ranges::copy(table, contents.begin());
    ElfImage image{.segments = {{.paddr = 0, .data = pattern(64)}, {.paddr = da, .data = contents}}};
    if (!table.empty())
        image.sections = {{.name = ".resource_table", .addr = da, .data = table, .segment = 1, .size = table.size()}};
    return image.build();
}

/// A file that is replaced between two reads.
struct ReplacedFile {
    std::shared_ptr<Firmware> now = std::make_shared<Firmware>("app", Bytes());

    [[nodiscard]] FirmwareSource source() const {
        return {"app", [file = now]() -> Result<Firmware> { return *file; }};
    }
    void replace(Bytes bytes) { *now = Firmware("app", std::move(bytes)); }
};

}  // namespace rproc::test
