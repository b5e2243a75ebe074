// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/model/sram_alias.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/resource/layout.hpp"
#include "rproc/resource/table_view.hpp"

namespace rproc::check {

/// A segment that Linux loads: PT_LOAD with a size in memory.
struct LoadableSegment {
    ElfSegment header;
    std::optional<DeviceRange> range;  ///< p_memsz bytes from p_paddr; nothing where that sum wraps

    /// True when the segment loads every byte of `other`, by whichever address of a memory that has two.
    [[nodiscard]] bool covers(DeviceRange other) const noexcept {
        return range && by_first_address(*range).contains(by_first_address(other));
    }
};

/// A carveout entry of the resource table.
struct CarveoutRequest {
    ResourceEntry entry;
    wire::Carveout fields;

    /// Valid as long as this object.
    [[nodiscard]] std::string_view name() const noexcept { return wire::view(fields.name); }
};

/// A trace entry of the resource table.
struct TraceRequest {
    ResourceEntry entry;
    wire::Trace fields;

    /// Valid as long as this object.
    [[nodiscard]] std::string_view name() const noexcept { return wire::view(fields.name); }
    /// The buffer. Two numbers of 32 bits cannot wrap.
    [[nodiscard]] DeviceRange range() const noexcept {
        return *DeviceRange::make(DeviceAddress(fields.da), fields.len);
    }
};

/// A vring of a vdev entry.
struct VringRequest {
    wire::Vring fields;
    std::string name;           ///< that the kernel gives its carveout, "vdev0vring1"
    place::Vring place;         ///< without the number of descriptors
    std::uint64_t file_offset;  ///< of the wire::Vring in the ELF file

    /// Bytes of its carveout: whole pages.
    [[nodiscard]] std::uint64_t carveout_size() const noexcept;
};

/// A vdev entry of the resource table: header, vrings and configuration space lie inside the table.
struct VdevRequest {
    ResourceEntry entry;
    VdevEntry content;
    std::uint32_t index;        ///< the n-th vdev of the table, from 0: N of vdevNvringM
    std::uint64_t file_offset;  ///< of the entry's payload in the ELF file

    [[nodiscard]] std::uint32_t id() const noexcept { return content.header().id; }
    /// Precondition: `vring < content.vring_count()`.
    [[nodiscard]] VringRequest vring(std::uint32_t vring) const;
    /// All of them, in order. Computed: a table of a few KiB can ask for very many.
    [[nodiscard]] std::vector<VringRequest> vrings() const;
    /// That the kernel gives the carveout of its buffers, "vdev0buffer".
    [[nodiscard]] std::string buffer_name() const;
};

/// The resource table of an image, and the section that holds it. The lists have the entries in the order of the
/// table, up to the first that is malformed (outside the table, cut off, reserved bytes set): it ends the kernel's
/// walk.
struct TableModel {
    ElfSection section;
    ResourceTableView view;
    std::vector<CarveoutRequest> carveouts{};
    std::vector<TraceRequest> traces{};
    std::vector<VdevRequest> vdevs{};

    /// Where Linux writes the table for the firmware; nothing where the section's address and size wrap.
    [[nodiscard]] std::optional<DeviceRange> range() const noexcept {
        return DeviceRange::make(section.addr, section.size);
    }
    /// The carveout that entry `index` of the table is; null when it is none, or the walk ends before.
    [[nodiscard]] const CarveoutRequest* carveout_at(std::uint32_t index) const noexcept;
    /// The vdev that entry `index` of the table is; null when it is none, or the walk ends before.
    [[nodiscard]] const VdevRequest* vdev_at(std::uint32_t index) const noexcept;
};

/// What an ELF image asks of a board: its segments and its resource table, each read in one walk by the constructor.
///
/// A view: it, and all that its members return, is valid as long as the bytes of the image. A pointer is valid as long
/// as the model, too.
class ImageModel {
  public:
    explicit ImageModel(const ElfImage& elf);

    /// The model of an image; nothing when the bytes are no ELF image that Linux accepts.
    [[nodiscard]] static std::optional<ImageModel> parse(std::span<const std::byte> bytes);

    [[nodiscard]] const ElfImage& elf() const noexcept { return elf_; }
    /// "elf32" or "elf64"
    [[nodiscard]] std::string_view format() const noexcept { return elf_.header().elf_class == 64 ? "elf64" : "elf32"; }

    /// In the order of the program headers, which is that in which Linux loads them.
    [[nodiscard]] const std::vector<LoadableSegment>& segments() const noexcept { return segments_; }
    /// The segment of program header `index`; null when Linux does not load it.
    [[nodiscard]] const LoadableSegment* segment_at(std::uint32_t index) const noexcept;

    /// Where the first byte of a section is loaded, by the section's place in the file: its address may be another, as
    /// that of initialised data that the start-up code copies. Nothing when no segment has all of its bytes.
    [[nodiscard]] std::optional<std::uint64_t> load_address_of(const ElfSection& section) const noexcept;

    /// The table that the kernel takes from the image; null when there is none, or its header is bad.
    [[nodiscard]] const TableModel* table() const noexcept { return table_ ? &*table_ : nullptr; }

  private:
    ElfImage elf_;
    std::vector<LoadableSegment> segments_;
    std::optional<TableModel> table_;
};

}  // namespace rproc::check
