// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rproc/memory/address.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// One program header, with the fields as the file has them (ELF32 values are widened).
struct ElfSegment {
    std::uint32_t index;  ///< in the program header table
    std::uint32_t type;   ///< PT_LOAD is 1
    std::uint32_t flags;  ///< PF_X 1, PF_W 2, PF_R 4
    std::uint64_t offset;
    DeviceAddress vaddr;
    DeviceAddress paddr;  ///< where remoteproc loads it
    std::uint64_t filesz;
    std::uint64_t memsz;
    std::uint64_t align;

    static constexpr std::uint32_t kLoad = 1;
    /// True for what remoteproc puts into memory: PT_LOAD with a size.
    [[nodiscard]] bool loadable() const noexcept { return type == kLoad && memsz != 0; }
};

/// The segment as the place of an error.
[[nodiscard]] inline Place place_of(const ElfSegment& segment) {
    return place::Segment{segment.index, segment.paddr.value(), segment.memsz};
}

/// One section header.
struct ElfSection {
    std::uint32_t index;
    std::string_view name;      ///< up to its zero, or to the end of the file; empty when it lies outside the file
    std::uint64_t name_offset;  ///< of the name in the file: the name table's offset plus sh_name, may lie outside; the
                                ///< largest number where that sum wraps
    std::uint32_t type;
    std::uint64_t flags;
    DeviceAddress addr;
    std::uint64_t offset;
    std::uint64_t size;
};

/// The name of the section that holds a firmware's resource table.
inline constexpr std::string_view kResourceTableSection = ".resource_table";

/// What the ELF header says of the file as a whole.
struct ElfHeader {
    std::uint8_t elf_class;  ///< 32 or 64
    std::uint16_t type;      ///< ET_EXEC is 2
    std::uint16_t machine;   ///< EM_ARM is 40
    DeviceAddress entry;
    std::uint64_t phoff;
    std::uint64_t shoff;
    std::uint16_t phnum;
    std::uint16_t shnum;
    std::uint16_t shstrndx;
};

/// An ELF firmware image, read in place: ELF32 or ELF64. Headers are translated by libelf's converters, from ranges
/// that were checked before; libelf's own file reader is not used, because it refuses images that Linux boots (it
/// insists on e_version and e_phentsize, which remoteproc ignores).
///
/// Invariant: the header lies inside the bytes and passed the kernel's sanity checks; program and section headers are
/// given only as far as they begin inside the bytes (the rest of one that is cut off reads as zero); a span returned
/// lies inside the bytes. A view: valid as long as the bytes. Reading is safe from several threads.
class ElfImage {
  public:
    /// Checks the image as the kernel's `rproc_elf_sanity_check` does, in its order.
    /// @returns the view, or
    ///   elf_too_small: less than a header;
    ///   elf_bad_magic: not an ELF file;
    ///   elf_bad_class: neither ELF32 nor ELF64;
    ///   elf_wrong_endianness: big-endian;
    ///   elf_headers_outside_file: the section or program headers begin past the end;
    ///   elf_no_segments: no program headers.
    [[nodiscard]] static Result<ElfImage> parse(std::span<const std::byte> bytes);

    [[nodiscard]] const ElfHeader& header() const noexcept { return header_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

    /// How many program headers begin inside the file; less than `header().phnum` when the table is cut off.
    [[nodiscard]] std::uint32_t segment_count() const noexcept { return segment_count_; }
    /// Precondition: `index < segment_count()`.
    [[nodiscard]] ElfSegment segment(std::uint32_t index) const noexcept;

    /// How many section headers begin inside the file.
    [[nodiscard]] std::uint32_t section_count() const noexcept { return section_count_; }
    /// Precondition: `index < section_count()`.
    [[nodiscard]] ElfSection section(std::uint32_t index) const noexcept;
    /// The first section of that exact name.
    [[nodiscard]] std::optional<ElfSection> find_section(std::string_view name) const noexcept;

    /// The bytes of a segment in the file, after the kernel's checks of its sizes.
    /// @returns `filesz` bytes, or
    ///   segment_filesz_exceeds_memsz: more in the file than in memory;
    ///   segment_truncated: `offset + filesz` runs past the end of the file (also when that sum wraps).
    [[nodiscard]] Result<std::span<const std::byte>> contents(const ElfSegment& segment) const;

    /// The bytes of a section, or nothing when they do not lie inside the file.
    [[nodiscard]] std::optional<std::span<const std::byte>> contents(const ElfSection& section) const noexcept;

  private:
    ElfImage(std::span<const std::byte> bytes, const ElfHeader& header) noexcept;

    [[nodiscard]] std::string_view string_at(std::uint64_t offset) const noexcept;

    std::span<const std::byte> bytes_;
    ElfHeader header_;
    std::uint32_t segment_count_ = 0;
    std::uint32_t section_count_ = 0;
    std::uint64_t names_offset_;  ///< of the section name table; past the end when the table is outside the file
};

}  // namespace rproc
