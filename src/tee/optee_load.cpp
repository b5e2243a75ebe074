// SPDX-License-Identifier: BSD-2-Clause
#include "tee/optee_load.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/sha256.hpp"
#include "tee/elf32_wire.hpp"
#include "tee/optee_package.hpp"
#include "tee/optee_table.hpp"

namespace rproc::tee::internal {
namespace {

using rproc::internal::fits;
using rproc::internal::read_at;
using rproc::internal::slice;
using wire::HashEntry;

constexpr std::uint8_t kElfClass32 = 1;
constexpr std::uint8_t kElfVersion = 1;
constexpr std::byte kImageElf{1};

/// Whether the header of the first image passes. Byte order, type and machine are not looked at.
bool is_valid(const elf32::ElfHeader& header) {
    constexpr std::array<std::uint8_t, 4> kMagic{0x7f, 'E', 'L', 'F'};
    return header.magic == kMagic && header.ident_version == kElfVersion && header.elf_class == kElfClass32 &&
           header.phentsize == sizeof(elf32::ProgramHeader) && header.shentsize == sizeof(elf32::SectionHeader) &&
           header.phnum != 0;
}

Checked<void> check_first_header(const OpteePackage& package) {
    const auto header = read_at<elf32::ElfHeader>(package.memory().bytes(), package.images_offset());
    if (!header || package.images_size() < sizeof(elf32::ElfHeader))
        return refuse(ResultCode::bad_format, "the images are shorter than the header of an ELF file");
    // In 32 bits, as the application adds.
    const std::uint32_t first_section_end = header->shoff + static_cast<std::uint32_t>(sizeof(elf32::SectionHeader));
    if (package.images_size() < first_section_end)
        return refuse(ResultCode::bad_format, "the section headers lie past the end of the images");
    if (is_valid(*header)) return {};
    return refuse(ResultCode::bad_format,
                  "the first image is no 32-bit ELF file with program headers of 32 bytes, "
                  "section headers of 40 bytes, and a segment");
}

/// Loads the segments of an image.
class SegmentLoader {
  public:
    SegmentLoader(const OpteePackage& package, std::span<const std::byte> hash_table, RemoteMemories& memories)
        : package_(package), hash_table_(hash_table), memories_(memories) {}

    [[nodiscard]] Checked<void> load(const OpteeImage& image) const {
        const MappedImage& memory = package_.memory();
        RPROC_TRY_ASSIGN(const auto phoff,
                         memory.read<elf32::Le32>(image.at(offsetof(elf32::ElfHeader, phoff)), "the ELF header"));
        if (image.size == 0) return refuse(ResultCode::bad_parameters, "an image has the size 0");
        if (image.at(phoff) % 4 != 0)
            return refuse(ResultCode::bad_format, "the program headers are not aligned to 4 bytes");
        RPROC_TRY_ASSIGN(const auto count,
                         memory.read<elf32::Le16>(image.at(offsetof(elf32::ElfHeader, phnum)), "the ELF header"));
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint64_t offset = std::uint64_t{phoff} + i * sizeof(elf32::ProgramHeader);
            RPROC_TRY_ASSIGN(const auto header,
                             memory.read<elf32::ProgramHeader>(image.at(offset), fmt::format("program header {}", i)));
            if (!fits(offset, sizeof header, image.size))
                return refuse(ResultCode::bad_format,
                              fmt::format("program header {} lies past the end of its image", i));
            if (header.type != ElfSegment::kLoad) continue;
            RPROC_TRY(load_segment(image, header, i));
        }
        return {};
    }

  private:
    static std::string name_of(const OpteeImage& image, const elf32::ProgramHeader& header, std::uint32_t index) {
        const Place place = place::Segment{index, header.paddr, header.memsz};
        return describe(image.is_only ? place : place.in_image(image.index));
    }

    [[nodiscard]] Checked<void> load_segment(const OpteeImage& image, const elf32::ProgramHeader& header,
                                             std::uint32_t index) const {
        const std::string name = name_of(image, header, index);
        // The end must lie before that of the image, too.
        if (!fits(header.offset, std::uint64_t{header.filesz} + 1, image.size))
            return refuse(ResultCode::bad_format,
                          fmt::format("{}: its bytes do not end before the end of the image", name));
        RPROC_TRY_ASSIGN(const auto entry, signed_entry(header, name));
        const std::int64_t start = image.at(header.offset) - static_cast<std::int64_t>(package_.images_offset());
        if (start < 0 || !fits(static_cast<std::uint64_t>(start), header.filesz, package_.images_size()))
            return refuse(ResultCode::bad_parameters, fmt::format("{}: its bytes lie outside of all images", name));
        const auto contents = slice(package_.memory().bytes(),
                                    package_.images_offset() + static_cast<std::uint64_t>(start), header.filesz);
        RPROC_TRY(copy(contents, header, entry, name));
        return clear_bss(header, name);
    }

    /// The first entry of the hash table with the address of the segment.
    [[nodiscard]] Checked<HashEntry> signed_entry(const elf32::ProgramHeader& header, const std::string& name) const {
        for (std::uint64_t at = 0; at < hash_table_.size(); at += sizeof(HashEntry)) {
            const HashEntry entry = *read_at<HashEntry>(hash_table_, at);
            if (entry.p_paddr != header.paddr) continue;
            if (entry.p_type == ElfSegment::kLoad && entry.p_filesz == header.filesz && entry.p_memsz == header.memsz)
                return entry;
            return refuse(ResultCode::bad_parameters,
                          fmt::format("{}: the first entry of the hash table with this address is of another segment: "
                                      "type {:#x}, {:#x} bytes in the file, {:#x} in memory",
                                      name, entry.p_type.get(), entry.p_filesz.get(), entry.p_memsz.get()));
        }
        return refuse(ResultCode::no_data, fmt::format("{}: the hash table has no entry with this address", name));
    }

    [[nodiscard]] Checked<void> copy(std::span<const std::byte> contents, const elf32::ProgramHeader& header,
                                     const HashEntry& entry, const std::string& name) const {
        if (contents.empty()) return {};
        const auto place = memories_.find(DeviceAddress(header.paddr), contents.size());
        if (!place) return outside(name, "its bytes lie");
        std::ranges::copy(contents, place->bytes.begin());
        if (sha256(place->bytes) == entry.sha256) return {};
        std::ranges::fill(place->bytes, std::byte{0});
        return refuse(ResultCode::security, fmt::format("{}: its hash is not the one that was signed", name));
    }

    [[nodiscard]] Checked<void> clear_bss(const elf32::ProgramHeader& header, const std::string& name) const {
        if (header.memsz <= header.filesz) return {};
        const std::uint32_t start = header.paddr + header.filesz;  // in 32 bits, as the application adds
        const auto place = memories_.find(DeviceAddress(start), header.memsz - header.filesz);
        if (!place) return outside(name, "the zeros behind its bytes lie");
        std::ranges::fill(place->bytes, std::byte{0});
        return {};
    }

    static expected_ns::unexpected<Refusal> outside(const std::string& name, std::string_view part) {
        return refuse(ResultCode::access_denied,
                      fmt::format("{}: {} in no memory that the TEE gives to the processor", name, part));
    }

    const OpteePackage& package_;
    std::span<const std::byte> hash_table_;
    RemoteMemories& memories_;
};

Checked<std::span<const std::byte>> hash_table_of(const OpteePackage& package) {
    RPROC_TRY_ASSIGN(const auto table, package.tlv(TlvType::hash_table, "HASHTABLE"));
    if (table.size() % sizeof(HashEntry) != 0)
        return refuse(ResultCode::bad_parameters, "TLV HASHTABLE is not a list of entries of 64 bytes");
    RPROC_TRY(package.allocate(table.size(),
                               fmt::format("the hash table of {} program headers", table.size() / sizeof(HashEntry))));
    return table;
}

Checked<std::uint32_t> image_count_of(const OpteePackage& package) {
    RPROC_TRY_ASSIGN(const auto value, package.tlv(TlvType::image_count, "NUM_IMG"));
    if (value.size() != 1) return refuse(ResultCode::bad_format, "TLV NUM_IMG is not one byte");
    if (value.front() == std::byte{0}) return refuse(ResultCode::no_data, "there are no images");
    return std::to_integer<std::uint32_t>(value.front());
}

/// The size of an image, after a check of its type.
Checked<std::uint32_t> image_size_of(const OpteePackage& package, std::uint32_t index, std::uint32_t count) {
    RPROC_TRY_ASSIGN(const auto types, package.tlv(TlvType::image_type, "IMGTYPE"));
    if (types.size() != count) return refuse(ResultCode::bad_parameters, "TLV IMGTYPE has not one byte for each image");
    if (types[index] != kImageElf) return refuse(ResultCode::bad_format, "an image is of another type than ELF");
    RPROC_TRY_ASSIGN(const auto sizes, package.tlv(TlvType::image_size, "IMGSIZE"));
    if (sizes.size() != count * sizeof(elf32::Le32))
        return refuse(ResultCode::bad_parameters, "TLV IMGSIZE has not four bytes for each image");
    return read_at<elf32::Le32>(sizes, index * sizeof(elf32::Le32))->get();
}

/// Loads all images. @returns the resource table; empty without one.
Checked<PhysicalRange> load_images(const OpteePackage& package, RemoteMemories& memories) {
    RPROC_TRY(check_first_header(package));
    RPROC_TRY_ASSIGN(const auto hash_table, hash_table_of(package));
    RPROC_TRY_ASSIGN(const auto count, image_count_of(package));
    const SegmentLoader loader(package, hash_table, memories);
    PhysicalRange table;
    std::uint32_t offset = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        RPROC_TRY_ASSIGN(const auto size, image_size_of(package, i, count));
        // The application adds up the sizes in a signed 32-bit number.
        const std::int64_t start =
            static_cast<std::int64_t>(package.images_offset()) + static_cast<std::int32_t>(offset);
        const OpteeImage image{.index = i, .is_only = count == 1, .start = start, .size = size};
        RPROC_TRY(loader.load(image));
        RPROC_TRY_ASSIGN(const PhysicalRange found, find_optee_table(package.memory(), image, memories));
        if (!found.empty() && !table.empty()) return refuse(ResultCode::bad_format, "two images have a resource table");
        if (!found.empty()) table = found;
        offset += size;
    }
    return table;
}

}  // namespace

expected_ns::unexpected<Refusal> refuse_large_image(std::uint64_t size, const OpteeLimits& limits) {
    return refuse(ResultCode::out_of_memory,
                  fmt::format("the image has {} bytes, and OP-TEE's application cannot map {} or more", size,
                              limits.image_limit));
}

Checked<LoadedImage> load_as_optee(std::vector<std::byte> image, const SoftwareTeePolicy& policy,
                                   RemoteMemories& memories) {
    RPROC_TRY_ASSIGN(const auto package, OpteePackage::authenticate(std::move(image), policy));
    auto table = load_images(package, memories);
    if (table) return LoadedImage{package.key(), *table};
    table.error().key = package.key();
    return fail(std::move(table).error());
}

}  // namespace rproc::tee::internal
