// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/debug/coredump.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "debug/coredump_headers.hpp"
#include "debug/coredump_layout.hpp"
#include "rproc/memory/device_copy.hpp"

namespace rproc {
namespace {

using internal::CoredumpLayout;
using internal::ElfFileHeader;
using internal::ElfProgramHeader;
using internal::ElfSectionHeader;
using internal::Le32;
using internal::Le64;

constexpr std::byte kFiller{0xff};

/// Collects small parts into pieces for the sink.
class PieceWriter {
  public:
    explicit PieceWriter(const CoredumpSink& sink) : sink_(sink) {}

    [[nodiscard]] Result<void> append(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const std::size_t count = std::min(bytes.size(), kCoredumpPiece - used_);
            std::memcpy(piece_.get() + used_, bytes.data(), count);
            used_ += count;
            bytes = bytes.subspan(count);
            if (used_ == kCoredumpPiece) RPROC_TRY(flush());
        }
        return {};
    }
    template <internal::WireStruct T>
    [[nodiscard]] Result<void> append(const T& header) {
        return append(std::as_bytes(std::span(&header, 1)));
    }
    [[nodiscard]] Result<void> append_name(std::string_view name) {
        RPROC_TRY(append(std::as_bytes(std::span(name))));
        return append(std::span(&kNameEnd, 1));
    }

    /// Passes the collected bytes to the sink.
    [[nodiscard]] Result<void> flush() {
        const std::size_t used = std::exchange(used_, 0);
        if (used == 0) return {};
        return sink_({piece_.get(), used});
    }

    /// The first `size` bytes of an empty piece, for the caller to fill and then to `hand_over`.
    [[nodiscard]] std::span<std::byte> blank(std::size_t size) const noexcept { return {piece_.get(), size}; }
    [[nodiscard]] Result<void> hand_over(std::span<const std::byte> piece) const { return sink_(piece); }

  private:
    static constexpr std::byte kNameEnd{0};

    const CoredumpSink& sink_;
    std::unique_ptr<std::byte[]> piece_ = std::make_unique<std::byte[]>(kCoredumpPiece);
    std::size_t used_ = 0;
};

/// A field of the ELF class; `lay_out` has checked that the value fits.
template <class Word>
Word word(std::uint64_t value) noexcept {
    return static_cast<decltype(Word{}.get())>(value);
}

std::uint16_t half(std::size_t value) noexcept { return static_cast<std::uint16_t>(value); }

template <class Word>
ElfFileHeader<Word> file_header(const CoredumpInfo& info) noexcept {
    constexpr std::uint8_t kClass = sizeof(Word) == 4 ? ELFCLASS32 : ELFCLASS64;
    return {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, kClass, ELFDATA2LSB, EV_CURRENT, ELFOSABI_NONE},
            .e_type = std::uint16_t{ET_CORE},
            .e_machine = info.machine,
            .e_version = std::uint32_t{EV_CURRENT},
            .e_entry = word<Word>(info.boot_address.value()),
            .e_ehsize = half(sizeof(ElfFileHeader<Word>))};
}

template <class Word>
Result<void> write_program_headers(PieceWriter& out, const CoredumpInfo& info, std::span<const DumpSegment> segments,
                                   const CoredumpLayout& layout) {
    auto header = file_header<Word>(info);
    header.e_phoff = word<Word>(sizeof header);
    header.e_phentsize = half(sizeof(ElfProgramHeader<Word>));
    header.e_phnum = half(segments.size());
    RPROC_TRY(out.append(header));

    std::uint64_t offset = layout.memory;
    for (const DumpSegment& segment : segments) {
        ElfProgramHeader<Word> program{};
        program.p_type = std::uint32_t{PT_LOAD};
        program.p_flags = std::uint32_t{PF_R | PF_W | PF_X};
        program.p_offset = word<Word>(offset);
        program.p_vaddr = word<Word>(segment.da.value());
        program.p_paddr = word<Word>(segment.da.value());
        program.p_filesz = word<Word>(segment.size);
        program.p_memsz = word<Word>(segment.size);
        RPROC_TRY(out.append(program));
        offset += segment.size;
    }
    return {};
}

template <class Word>
Result<void> write_section_headers(PieceWriter& out, const CoredumpInfo& info, std::span<const DumpSegment> segments,
                                   const CoredumpLayout& layout) {
    auto header = file_header<Word>(info);
    header.e_shoff = word<Word>(sizeof header);
    header.e_shentsize = half(sizeof(ElfSectionHeader<Word>));
    header.e_shnum = half(segments.size() + 2);
    header.e_shstrndx = half(1);
    RPROC_TRY(out.append(header));
    RPROC_TRY(out.append(ElfSectionHeader<Word>{}));  // the null section

    std::size_t name = 1;  // the table begins with an empty name
    RPROC_TRY(out.append(ElfSectionHeader<Word>{.sh_name = static_cast<std::uint32_t>(name),
                                                .sh_type = std::uint32_t{SHT_STRTAB},
                                                .sh_offset = word<Word>(layout.names),
                                                .sh_size = word<Word>(layout.names_size)}));
    name += internal::kNamesSection.size() + 1;

    std::uint64_t offset = layout.memory;
    for (const DumpSegment& segment : segments) {
        RPROC_TRY(out.append(ElfSectionHeader<Word>{.sh_name = static_cast<std::uint32_t>(name),
                                                    .sh_type = std::uint32_t{SHT_PROGBITS},
                                                    .sh_flags = word<Word>(SHF_WRITE),
                                                    .sh_addr = word<Word>(segment.da.value()),
                                                    .sh_offset = word<Word>(offset),
                                                    .sh_size = word<Word>(segment.size)}));
        name += internal::section_name(segment).size() + 1;
        offset += segment.size;
    }

    RPROC_TRY(out.append_name(""));
    RPROC_TRY(out.append_name(internal::kNamesSection));
    for (const DumpSegment& segment : segments) RPROC_TRY(out.append_name(internal::section_name(segment)));
    return {};
}

template <class Word>
Result<void> write_headers(PieceWriter& out, const CoredumpInfo& info, std::span<const DumpSegment> segments,
                           const CoredumpLayout& layout) {
    RPROC_TRY(info.format == CoredumpFormat::segments ? write_program_headers<Word>(out, info, segments, layout)
                                                      : write_section_headers<Word>(out, info, segments, layout));
    return out.flush();
}

/// The number of bytes of `count` from `da` that lie in the same carveout, or in none.
std::size_t bytes_alike(const CarveoutRegistry& carveouts, DeviceAddress da, std::size_t count) {
    std::uint64_t until_next = count;
    for (const Carveout& carveout : carveouts.all()) {
        if (!carveout.da || !carveout.mapping.mapped()) continue;
        const auto inside = da.offset_from(*carveout.da);
        if (inside && *inside < carveout.size)
            return static_cast<std::size_t>(std::min<std::uint64_t>(count, carveout.size - *inside));
        if (!inside) until_next = std::min(until_next, carveout.da->value() - da.value());
    }
    return static_cast<std::size_t>(until_next);
}

/// Copies the bytes at `da`, carveout by carveout, over the filler in `destination`.
/// @returns the number of bytes that lie in no carveout.
std::uint64_t copy_what_exists(const CarveoutRegistry& carveouts, std::optional<DeviceAddress> da,
                               std::span<std::byte> destination) {
    std::uint64_t unmapped = 0;
    while (da && !destination.empty()) {
        const std::size_t count = bytes_alike(carveouts, *da, destination.size());
        const auto source = carveouts.da_to_va(*da, count);
        copy_from_device(destination.first(source.size()), source);
        unmapped += count - source.size();
        destination = destination.subspan(count);
        da = da->plus(count);
    }
    return unmapped + destination.size();  // past the end of the address space there is no memory
}

/// Writes the bytes of one segment.
/// @returns the number of bytes that lie in no carveout, or the sink's error.
Result<std::uint64_t> write_memory(const PieceWriter& out, const DumpSegment& segment,
                                   const CarveoutRegistry& carveouts) {
    const auto whole = segment.dump ? std::span<std::byte>{} : carveouts.da_to_va(segment.da, segment.size);
    std::uint64_t unmapped = 0;
    for (std::uint64_t offset = 0; offset < segment.size; offset += kCoredumpPiece) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(segment.size - offset, kCoredumpPiece));
        const auto piece = out.blank(count);
        std::ranges::fill(piece, kFiller);
        if (segment.dump) {
            segment.dump(piece, offset);
        } else if (!whole.empty()) {
            copy_from_device(piece, whole.subspan(static_cast<std::size_t>(offset), count));
        } else {
            unmapped += copy_what_exists(carveouts, segment.da.plus(offset), piece);
        }
        RPROC_TRY(out.hand_over(piece));
    }
    return unmapped;
}

constexpr ErrorText kUnmapped{
    .code = ErrorCode::address_unmapped,
    .message = "{0} of its {1} bytes lie in no mapped memory of the processor: the dump has 0xff there",
    .kernel_line = "invalid copy request for segment {2:#010x} with offset 0 and size {1})",
    .hint = "register the memory as a carveout, or give the segment a dump function"};

Error unmapped_notice(const DumpSegment& segment, std::size_t index, std::uint64_t unmapped) {
    return Error(kUnmapped, internal::place_of(segment, index), unmapped, segment.size, segment.da.value());
}

}  // namespace

std::vector<DumpSegment> dump_segments_of(const CarveoutRegistry& carveouts) {
    std::vector<DumpSegment> segments;
    for (const Carveout& carveout : carveouts.all()) {
        if (carveout.kind != Carveout::Kind::region || !carveout.da || !carveout.mapping.mapped()) continue;
        segments.push_back({.da = *carveout.da, .size = carveout.size, .name = carveout.name});
    }
    return segments;
}

void add_trace_segments(std::vector<DumpSegment>& segments, std::span<const TraceBuffer> traces) {
    for (const TraceBuffer& trace : traces) {
        if (std::ranges::find(segments, trace.da, &DumpSegment::da) != segments.end()) continue;
        segments.push_back({.da = trace.da, .size = trace.len, .name = trace.name});
    }
}

Result<std::uint64_t> coredump_size(const CoredumpInfo& info, std::span<const DumpSegment> segments) {
    if (segments.empty()) return std::uint64_t{0};
    RPROC_TRY_ASSIGN(const CoredumpLayout layout, internal::lay_out(info, segments));
    return layout.size;
}

Result<CoredumpSummary> write_coredump(const CoredumpInfo& info, std::span<const DumpSegment> segments,
                                       const CarveoutRegistry& carveouts, const CoredumpSink& sink) {
    if (segments.empty()) return CoredumpSummary{};
    RPROC_TRY_ASSIGN(const CoredumpLayout layout, internal::lay_out(info, segments));

    PieceWriter out(sink);
    RPROC_TRY(info.elf_class == CoredumpClass::elf32 ? write_headers<Le32>(out, info, segments, layout)
                                                     : write_headers<Le64>(out, info, segments, layout));
    CoredumpSummary summary{.size = layout.size};
    for (std::size_t i = 0; i < segments.size(); ++i) {
        RPROC_TRY_ASSIGN(const std::uint64_t unmapped, write_memory(out, segments[i], carveouts));
        if (unmapped != 0) summary.unmapped.push_back({i, unmapped, unmapped_notice(segments[i], i, unmapped)});
    }
    return summary;
}

}  // namespace rproc
