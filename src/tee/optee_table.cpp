// SPDX-License-Identifier: BSD-2-Clause
#include "tee/optee_table.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/resource/layout.hpp"
#include "tee/elf32_wire.hpp"

namespace rproc::tee::internal {
namespace {

using rproc::internal::fits;
using wire::TableHeader;

expected_ns::unexpected<Refusal> bad_format(std::string_view reason) {
    return refuse(ResultCode::bad_format, std::string(reason));
}

/// The section headers of an image and their names.
class SectionNames {
  public:
    [[nodiscard]] static Checked<SectionNames> of(const MappedImage& memory, const OpteeImage& image) {
        RPROC_TRY_ASSIGN(const auto header, memory.read<elf32::ElfHeader>(image.start, "the ELF header"));
        if (image.at(header.shoff) % 4 != 0) return bad_format("the section headers are not aligned to 4 bytes");
        if (!fits(header.shoff, header.shnum * sizeof(elf32::SectionHeader), image.size))
            return bad_format("the section headers lie past the end of their image");
        if (header.shstrndx >= header.shnum)
            return bad_format("e_shstrndx is the number of no section header; OP-TEE needs the names of the sections");
        SectionNames names(memory, image, header);
        RPROC_TRY_ASSIGN(names.table_, names.section(header.shstrndx));
        if (!fits(names.table_.offset, names.table_.size, image.size))
            return bad_format("the names of the sections lie past the end of their image");
        return names;
    }

    /// The section of the resource table, or nothing.
    [[nodiscard]] Checked<std::optional<elf32::SectionHeader>> resource_table() const {
        for (std::uint32_t i = 0; i < header_.shnum; ++i) {
            RPROC_TRY_ASSIGN(const auto header, section(i));
            if (header.name >= table_.size)
                return bad_format(fmt::format("the name of section {} lies past the end of the names", i));
            RPROC_TRY_ASSIGN(const bool is_table, is_resource_table(header.name));
            if (is_table) return header;
        }
        return std::nullopt;
    }

  private:
    SectionNames(const MappedImage& memory, const OpteeImage& image, const elf32::ElfHeader& header)
        : memory_(memory), image_(image), header_(header) {}

    [[nodiscard]] Checked<elf32::SectionHeader> section(std::uint32_t index) const {
        const std::uint64_t offset = std::uint64_t{header_.shoff} + index * sizeof(elf32::SectionHeader);
        return memory_.read<elf32::SectionHeader>(image_.at(offset), "a section header");
    }

    /// Compares with the zero at the end, but not past the end of the name table: a name that the end cuts off is
    /// equal to what it begins.
    [[nodiscard]] Checked<bool> is_resource_table(std::uint32_t name) const {
        const auto length = static_cast<std::size_t>(
            std::min<std::uint64_t>(kResourceTableSection.size() + 1, table_.size - std::uint64_t{name}));
        for (std::size_t i = 0; i < length; ++i) {
            const char wanted = i < kResourceTableSection.size() ? kResourceTableSection[i] : '\0';
            RPROC_TRY_ASSIGN(const auto byte,
                             memory_.read<std::byte>(image_.at(table_.offset + name + i), "the name of a section"));
            if (byte != static_cast<std::byte>(wanted)) return false;
        }
        return true;
    }

    const MappedImage& memory_;
    OpteeImage image_;
    elf32::ElfHeader header_;
    elf32::SectionHeader table_{};  ///< of the names
};

Checked<void> check_table(const MappedImage& memory, const OpteeImage& image, const elf32::SectionHeader& section) {
    if (!fits(section.offset, section.size, image.size))
        return bad_format("the resource table runs past the end of its image");
    if (section.size < sizeof(TableHeader)) return bad_format("the resource table is shorter than its header");
    if (image.at(section.offset) % 4 != 0)
        return refuse(ResultCode::corrupt_object, "the resource table is not aligned to 4 bytes in the file");
    RPROC_TRY_ASSIGN(const auto header, memory.read<TableHeader>(image.at(section.offset), "the resource table"));
    if (header.ver != wire::kTableVersion)
        return bad_format(fmt::format("the version of the resource table is {}", header.ver.get()));
    if (header.reserved[0] != 0 || header.reserved[1] != 0)
        return bad_format("the reserved words of the resource table are not 0");
    if (fits(sizeof header, std::uint64_t{header.num} * sizeof(elf32::Le32), section.size)) return {};
    return bad_format(fmt::format("the resource table is too short for {} entries", header.num.get()));
}

}  // namespace

Checked<PhysicalRange> find_optee_table(const MappedImage& memory, const OpteeImage& image,
                                        const RemoteMemories& memories) {
    RPROC_TRY_ASSIGN(const auto names, SectionNames::of(memory, image));
    RPROC_TRY_ASSIGN(const auto section, names.resource_table());
    if (!section || section->size == 0) return PhysicalRange();
    RPROC_TRY(check_table(memory, image, *section));
    const auto place = memories.find(DeviceAddress(section->addr), section->size);
    if (place) return place->pa;
    return refuse(ResultCode::access_denied,
                  fmt::format("the resource table at {:#x} lies in no memory that the TEE gives to the processor",
                              section->addr.get()));
}

}  // namespace rproc::tee::internal
