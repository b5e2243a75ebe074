// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rproc/debug/coredump.hpp"

namespace rproc::internal {

/// The offsets of the parts of a dump file, in bytes.
struct CoredumpLayout {
    std::uint64_t names = 0;       ///< offset of the section names; the section form only
    std::uint64_t names_size = 0;  ///< bytes of the section names
    std::uint64_t memory = 0;      ///< offset of the first segment's bytes
    std::uint64_t size = 0;        ///< of the file
};

/// The section that holds the names is called as in Linux's dumps.
inline constexpr std::string_view kNamesSection = "STR_TBL";

/// The name of a segment's section.
[[nodiscard]] inline std::string_view section_name(const DumpSegment& segment) noexcept { return segment.name.c_str(); }

/// "segment 1 (0x80100000+0x540)"
[[nodiscard]] Place place_of(const DumpSegment& segment, std::size_t index);

/// The layout of a dump. Precondition: at least one segment.
/// @returns the layout, or the errors of `coredump_size`.
[[nodiscard]] Result<CoredumpLayout> lay_out(const CoredumpInfo& info, std::span<const DumpSegment> segments);

}  // namespace rproc::internal
