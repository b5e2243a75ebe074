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

/// A program header (Elf32_Phdr, Elf64_Phdr). ELF32 values are widened to 64 bits.
struct ElfSegment {
    std::uint32_t index;   ///< in the program header table
    std::uint32_t type;    ///< p_type; PT_LOAD is 1
    std::uint32_t flags;   ///< p_flags: PF_X 1, PF_W 2, PF_R 4
    std::uint64_t offset;  ///< p_offset: of its bytes in the file
    DeviceAddress vaddr;   ///< p_vaddr; not used for loading
    DeviceAddress paddr;   ///< p_paddr: the address that remoteproc loads the segment to
    std::uint64_t filesz;  ///< p_filesz: bytes in the file
    std::uint64_t memsz;   ///< p_memsz: bytes in memory
    std::uint64_t align;   ///< p_align; ignored

    static constexpr std::uint32_t kLoad = 1;  ///< PT_LOAD
    /// Whether remoteproc loads the segment: PT_LOAD with a size in memory.
    [[nodiscard]] bool loadable() const noexcept { return type == kLoad && memsz != 0; }
};

/// The place of errors about the segment.
[[nodiscard]] inline Place place_of(const ElfSegment& segment) {
    return place::Segment{segment.index, segment.paddr.value(), segment.memsz};
}

/// A section header (Elf32_Shdr, Elf64_Shdr). ELF32 values are widened to 64 bits.
struct ElfSection {
    std::uint32_t index;        ///< in the section header table
    std::string_view name;      ///< up to its zero, or to the end of the file; empty when outside the file
    std::uint64_t name_offset;  ///< of the name in the file: the name table's offset plus sh_name, may lie outside; the
                                ///< largest number where that sum wraps
    std::uint32_t type;         ///< sh_type
    std::uint64_t flags;        ///< sh_flags
    DeviceAddress addr;         ///< sh_addr: address in memory; 0 if not loaded
    std::uint64_t offset;       ///< sh_offset: of its bytes in the file
    std::uint64_t size;         ///< sh_size: bytes
};

/// The section that contains the resource table of a firmware.
inline constexpr std::string_view kResourceTableSection = ".resource_table";

/// The ELF header (Elf32_Ehdr, Elf64_Ehdr). ELF32 values are widened to 64 bits.
struct ElfHeader {
    std::uint8_t elf_class;  ///< 32 or 64
    std::uint16_t type;      ///< ET_EXEC is 2
    std::uint16_t machine;   ///< EM_ARM is 40
    DeviceAddress entry;     ///< e_entry
    std::uint64_t phoff;     ///< offset of the program headers, bytes
    std::uint64_t shoff;     ///< offset of the section headers, bytes
    std::uint16_t phnum;     ///< number of program headers, as announced
    std::uint16_t shnum;     ///< number of section headers, as announced
    std::uint16_t shstrndx;  ///< index of the section header of the section names
};

/// A view of an ELF firmware image: ELF32 or ELF64, little-endian. libelf's converters translate the headers, after
/// their bounds were checked. libelf's file reader is not used: it rejects images that Linux boots, because it requires
/// e_version and e_phentsize, which remoteproc ignores.
///
/// Invariants: the header lies inside the bytes and passed the kernel's sanity check. Only program and section headers
/// that begin inside the bytes are counted; the part of a truncated header that is missing reads as zero. A returned
/// span lies inside the bytes.
///
/// Lifetime: valid as long as the bytes. Threads: concurrent reads are safe.
class ElfImage {
  public:
    /// Performs the checks of the kernel's `rproc_elf_sanity_check`, in its order.
    /// @param bytes the file; must outlive the view.
    /// @returns the view, or
    ///   elf_too_small: shorter than the header;
    ///   elf_bad_magic: no ELF file;
    ///   elf_bad_class: neither ELF32 nor ELF64;
    ///   elf_wrong_endianness: big-endian;
    ///   elf_headers_outside_file: the section or program headers begin past the end;
    ///   elf_no_segments: e_phnum is 0.
    [[nodiscard]] static Result<ElfImage> parse(std::span<const std::byte> bytes);

    /// The header, in the byte order of the host.
    [[nodiscard]] const ElfHeader& header() const noexcept { return header_; }
    /// The whole file.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

    /// The number of program headers that begin inside the file; less than `header().phnum` when the table is
    /// truncated.
    [[nodiscard]] std::uint32_t segment_count() const noexcept { return segment_count_; }
    /// Precondition: `index < segment_count()`.
    [[nodiscard]] ElfSegment segment(std::uint32_t index) const noexcept;
    /// All of them, in order: `for (const ElfSegment segment : image.segments())`. Valid as long as the image.
    class Segments;
    [[nodiscard]] Segments segments() const noexcept;

    /// The number of section headers that begin inside the file.
    [[nodiscard]] std::uint32_t section_count() const noexcept { return section_count_; }
    /// Precondition: `index < section_count()`.
    [[nodiscard]] ElfSection section(std::uint32_t index) const noexcept;
    /// The first section of that exact name, or nothing.
    [[nodiscard]] std::optional<ElfSection> find_section(std::string_view name) const noexcept;

    /// The bytes of a segment in the file.
    /// @returns `filesz` bytes, or
    ///   segment_filesz_exceeds_memsz: more bytes in the file than in memory;
    ///   segment_truncated: `offset + filesz` is past the end of the file, or wraps.
    [[nodiscard]] Result<std::span<const std::byte>> contents(const ElfSegment& segment) const;

    /// @returns the bytes of a section, or nothing when they are not inside the file.
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

/// The walk over the program headers of an image; each is read when it is reached.
class ElfImage::Segments {
  public:
    /// Reads a program header when it is dereferenced. Only iterators of one image are compared.
    class Iterator {
      public:
        /// Precondition: `index <= image.segment_count()`; `image` must outlive the iterator.
        Iterator(const ElfImage& image, std::uint32_t index) noexcept : image_(&image), index_(index) {}

        [[nodiscard]] ElfSegment operator*() const noexcept { return image_->segment(index_); }
        Iterator& operator++() noexcept {
            ++index_;
            return *this;
        }
        [[nodiscard]] bool operator==(const Iterator& other) const noexcept { return index_ == other.index_; }

      private:
        const ElfImage* image_;
        std::uint32_t index_;
    };

    /// `image` must outlive the walk.
    explicit Segments(const ElfImage& image) noexcept : image_(&image) {}

    [[nodiscard]] Iterator begin() const noexcept { return {*image_, 0}; }
    [[nodiscard]] Iterator end() const noexcept { return {*image_, image_->segment_count()}; }

  private:
    const ElfImage* image_;
};

inline ElfImage::Segments ElfImage::segments() const noexcept { return Segments(*this); }

}  // namespace rproc
