// SPDX-License-Identifier: BSD-2-Clause
#include "debug/coredump_layout.hpp"

#include <limits>

#include <fmt/format.h>

#include "debug/coredump_headers.hpp"

namespace rproc::internal {
namespace {

template <class Word>
CoredumpLayout headers_of(CoredumpFormat format, std::span<const DumpSegment> segments) {
    if (format == CoredumpFormat::segments)
        return {.memory = sizeof(ElfFileHeader<Word>) + segments.size() * sizeof(ElfProgramHeader<Word>)};
    CoredumpLayout layout{.names = sizeof(ElfFileHeader<Word>) + (segments.size() + 2) * sizeof(ElfSectionHeader<Word>),
                          .names_size = 1 + kNamesSection.size() + 1};
    for (const DumpSegment& segment : segments) layout.names_size += section_name(segment).size() + 1;
    layout.memory = layout.names + layout.names_size;
    return layout;
}

std::uint64_t largest_word(CoredumpClass elf_class) noexcept {
    return elf_class == CoredumpClass::elf32 ? std::numeric_limits<std::uint32_t>::max()
                                             : std::numeric_limits<std::uint64_t>::max();
}

constexpr ErrorText kPast32Bits{.code = ErrorCode::address_overflow,
                                .message = "its {0} {1:#x} does not fit ELF32",
                                .hint = "write the dump as ELF64"};
constexpr ErrorText kPast64Bits{
    .code = ErrorCode::address_overflow, .message = "its {0} {1:#x} does not fit ELF64", .hint = "dump less memory"};
constexpr ErrorText kTooManySegments{.code = ErrorCode::carveout_limit,
                                     .message = "a dump of {0} segments: an ELF file holds {1}",
                                     .hint = "dump neighbouring memory as one segment"};

Error does_not_fit(const CoredumpInfo& info, const Place& where, std::string_view what, std::uint64_t value) {
    const bool is_32 = info.elf_class == CoredumpClass::elf32;
    return is_32 ? Error(kPast32Bits, where, what, value) : Error(kPast64Bits, where, what, value);
}

}  // namespace

Place place_of(const DumpSegment& segment, std::size_t index) {
    return place::Segment{static_cast<std::uint32_t>(index), segment.da.value(), segment.size};
}

Result<CoredumpLayout> lay_out(const CoredumpInfo& info, std::span<const DumpSegment> segments) {
    const std::size_t most = most_dump_segments(info.format);
    if (segments.size() > most) {
        return fail(kTooManySegments, {}, segments.size(), most);
    }
    const std::uint64_t largest = largest_word(info.elf_class);
    if (info.boot_address.value() > largest)
        return fail(does_not_fit(info, place::ElfHeader{}, "boot address", info.boot_address.value()));

    auto layout = info.elf_class == CoredumpClass::elf32 ? headers_of<Le32>(info.format, segments)
                                                         : headers_of<Le64>(info.format, segments);
    layout.size = layout.memory;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const DumpSegment& segment = segments[i];
        if (layout.size > largest) return fail(does_not_fit(info, place_of(segment, i), "file offset", layout.size));
        if (segment.da.value() > largest)
            return fail(does_not_fit(info, place_of(segment, i), "address", segment.da.value()));
        if (segment.size > largest || segment.size > std::numeric_limits<std::uint64_t>::max() - layout.size)
            return fail(does_not_fit(info, place_of(segment, i), "size", segment.size));
        layout.size += segment.size;
    }
    return layout;
}

}  // namespace rproc::internal
