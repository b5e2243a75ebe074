// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/signed_remarks.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace rproc::check {

std::vector<internal::MistakenSegment> segments_mistaken_by_tee(const std::vector<CheckedImage>& images) {
    std::vector<ElfImage> elfs;
    for (const CheckedImage& checked : images) elfs.push_back(checked.image.elf());
    return internal::mistaken_segments(elfs);
}

Finding mistaken_segment(const internal::MistakenSegment& mistaken) {
    const ElfSegment& first = mistaken.found.segment;
    return {Severity::error, ErrorCode::tee_refused, place_of(mistaken.wanted.segment),
            fmt::format("program header {} ({}, {} bytes) has the same p_paddr {:#x} and stands before it: OP-TEE "
                        "takes its hash for this segment's, and answers {}",
                        first.index, internal::program_header_type(first), first.filesz, first.paddr.value(),
                        internal::to_string(mistaken.result)),
            fmt::format("{}; then sign again", internal::how_to_link(mistaken))};
}

std::vector<Finding> tables_loaded_elsewhere(const std::vector<CheckedImage>& images) {
    std::vector<Finding> findings;
    for (const CheckedImage& checked : images) {
        const auto section = checked.image.elf().find_section(kResourceTableSection);
        if (!section || section->size == 0) continue;
        const auto loaded = checked.image.load_address_of(*section);
        if (loaded == section->addr.value()) continue;
        const std::string where = loaded ? fmt::format("at {:#x}", *loaded) : std::string("nowhere");
        findings.push_back({Severity::warning, ErrorCode::table_not_in_memory, place::Part{"resource table"},
                            fmt::format("section .resource_table has the address {:#x}, and its bytes are loaded {}: "
                                        "OP-TEE accepts it, and Linux reads other bytes as the table",
                                        section->addr.value(), where),
                            "link the section where it is loaded: no AT() with another address for .resource_table"});
    }
    return findings;
}

}  // namespace rproc::check
