// SPDX-License-Identifier: BSD-2-Clause
#include "check/lint/signed_remarks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace rproc::check {
namespace {

constexpr std::uint32_t kArmExidx = 0x70000001;  // PT_ARM_EXIDX, ELF for the Arm Architecture

std::vector<ElfSegment> program_headers(const std::vector<CheckedImage>& images) {
    std::vector<ElfSegment> all;
    for (const CheckedImage& checked : images)
        for (std::uint32_t i = 0; i < checked.image.elf().segment_count(); ++i)
            all.push_back(checked.image.elf().segment(i));
    return all;
}

bool same_entry(const ElfSegment& one, const ElfSegment& other) {
    return one.type == other.type && one.filesz == other.filesz && one.memsz == other.memsz;
}

std::string type_text(const ElfSegment& header) {
    if (header.type == ElfSegment::kLoad) return "PT_LOAD";
    if (header.type == kArmExidx) return "PT_ARM_EXIDX";
    return fmt::format("type {:#x}", header.type);
}

std::string advice_on(const ElfSegment& first) {
    if (first.type == ElfSegment::kLoad) return "give every PT_LOAD segment an address of its own";
    return "link without that header: name only PT_LOAD headers in PHDRS of the linker script, or, in C, discard "
           "*(.ARM.exidx*); then sign again";
}

Finding mistaken(const ElfSegment& segment, const ElfSegment& first) {
    return {Severity::error, ErrorCode::tee_refused, place_of(segment),
            fmt::format("program header {} ({}, {} bytes) has the same p_paddr {:#x} and stands before it: OP-TEE "
                        "takes its hash for this segment's, and answers TEE_ERROR_BAD_PARAMETERS (0xffff0006)",
                        first.index, type_text(first), first.filesz, first.paddr.value()),
            advice_on(first)};
}

/// Where the bytes of a section are loaded; nothing when no segment has all of them.
std::optional<std::uint64_t> loaded_at(const ImageModel& image, const ElfSection& section) {
    for (const LoadableSegment& segment : image.segments()) {
        const ElfSegment& header = segment.header;
        if (section.offset < header.offset || section.offset - header.offset > header.filesz) continue;
        const std::uint64_t into = section.offset - header.offset;
        if (section.size <= header.filesz - into) return header.paddr.value() + into;
    }
    return std::nullopt;
}

}  // namespace

std::vector<Finding> segments_mistaken_by_tee(const std::vector<CheckedImage>& images) {
    const std::vector<ElfSegment> headers = program_headers(images);
    std::vector<Finding> findings;
    for (const ElfSegment& segment : headers) {
        if (segment.type != ElfSegment::kLoad) continue;
        const auto first = std::ranges::find(headers, segment.paddr, &ElfSegment::paddr);
        if (!same_entry(*first, segment)) findings.push_back(mistaken(segment, *first));
    }
    return findings;
}

std::vector<Finding> tables_loaded_elsewhere(const std::vector<CheckedImage>& images) {
    std::vector<Finding> findings;
    for (const CheckedImage& checked : images) {
        const auto section = checked.image.elf().find_section(kResourceTableSection);
        if (!section || section->size == 0) continue;
        const auto loaded = loaded_at(checked.image, *section);
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
