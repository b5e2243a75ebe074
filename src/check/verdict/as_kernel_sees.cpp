// SPDX-License-Identifier: BSD-2-Clause
#include "check/verdict/as_kernel_sees.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "check/lint/defect_finding.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc::check {
namespace {

using internal::Le32;
using internal::Le64;

constexpr std::uint64_t kPaddrIn64BitHeader = 24;  // offsetof(Elf64_Phdr, p_paddr)
constexpr std::uint64_t kProgramHeader64 = 56;
constexpr std::uint64_t kOffsetIn64BitSection = 24;  // offsetof(Elf64_Shdr, sh_offset)
constexpr std::uint64_t kSectionHeader64 = 64;
constexpr std::uint64_t kAlignInVring = 4;  // offsetof(wire::Vring, align)
constexpr std::uint64_t kNumInVring = 8;    // offsetof(wire::Vring, num)

/// Keeps what it cut, in a copy of the image that is made with the first cut: most firmware needs none.
class Cutter {
  public:
    explicit Cutter(const CheckedImage& checked)
        : image_(checked.image), board_(checked.board), header_(checked.image.elf().header()) {}

    void cut_names_offset() {
        if (header_.elf_class != 64) return;
        const std::uint64_t at = header_.shoff + header_.shstrndx * kSectionHeader64 + kOffsetIn64BitSection;
        const auto offset = internal::read_at<Le64>(image_.elf().bytes(), at);
        if (!offset || *offset < std::uint64_t{1} << 32U) return;
        const std::uint64_t low = static_cast<std::uint32_t>(offset->get());
        put(at, Le64(low));
        report(FindingCode::kernel_truncates_offset, place::Part{"section header e_shstrndx, sh_offset"},
               fmt::format("{:#x} of the section names is read at {:#x} instead", offset->get(), low),
               "the file is damaged: link it again, or copy it again");
    }

    void cut_addresses() {
        if (header_.elf_class != 64) return;
        for (const LoadableSegment& segment : image_.segments()) cut_address(segment.header);
    }

    void cut_vring_sizes() {
        const TableModel* const table = image_.table();
        if (table == nullptr) return;
        for (const VdevRequest& vdev : table->vdevs)
            for (const VringRequest& vring : vdev.vrings()) cut_vring(vring);
    }

    [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }

    /// The image with its cuts. Precondition: there is a finding.
    [[nodiscard]] std::vector<std::byte> take_bytes() { return std::move(bytes_); }

  private:
    void cut_address(const ElfSegment& segment) {
        const std::uint64_t low = static_cast<std::uint32_t>(segment.paddr.value());
        const auto alias = DeviceRange::make(DeviceAddress(low), segment.memsz);
        if (low == segment.paddr.value() || !alias || board_.loadable_memory_of(*alias) == nullptr) return;
        put(header_.phoff + segment.index * kProgramHeader64 + kPaddrIn64BitHeader, Le64(low));
        report(FindingCode::kernel_truncates_address, place_of(segment), fmt::format("is loaded to {:#x} instead", low),
               "link for a 32-bit address inside a memory-region");
    }

    void cut_vring(const VringRequest& vring) {
        const wire::Vring& fields = vring.fields;
        const std::uint64_t size = vring.carveout_size();
        const std::uint64_t cut = static_cast<std::uint32_t>(size);
        if (fields.num == 0 || fields.align == 0 || cut == size || cut > board_.room_for(vring.name)) return;
        // Less than a page, whatever wrapped: the number of descriptors, or the distance that align makes.
        put(vring.file_offset + kAlignInVring, Le32(4));
        if (cut == 0 && begins_in_its_memory(vring))
            put(vring.file_offset, Le32(wire::kAddressAny));  // nothing fits anywhere
        put(vring.file_offset + kNumInVring, Le32(1));
        report(FindingCode::kernel_vring_size_wraps, place::Part{vring.name},
               fmt::format("{} descriptors take {:#x} bytes, the kernel computes {:#x}", fields.num.get(), size, cut),
               "set num to the number of buffers that the firmware has");
    }

    [[nodiscard]] bool begins_in_its_memory(const VringRequest& vring) const {
        const MemoryEntry* const memory = board_.find(vring.name);
        return memory != nullptr && vring.fields.da - memory->device.start().value() <= memory->device.size();
    }

    template <class Field>
    void put(std::uint64_t offset, Field value) {
        const auto original = image_.elf().bytes();
        if (bytes_.empty()) bytes_.assign(original.begin(), original.end());
        static_cast<void>(internal::write_at(std::span(bytes_), offset, value));
    }

    void report(FindingCode defect, const Place& place, std::string_view detail, std::string hint) {
        findings_.push_back(defect_finding(defect, place, detail, std::move(hint)));
    }

    const ImageModel& image_;
    const BoardModel& board_;
    const ElfHeader& header_;
    std::vector<std::byte> bytes_;
    std::vector<Finding> findings_;
};

}  // namespace

KernelView as_kernel_sees(const Firmware& firmware, const BoardModel& board) {
    auto image = check_image(firmware.bytes(), board);
    if (!image) return {firmware};
    Cutter cutter(*image);
    cutter.cut_names_offset();
    cutter.cut_addresses();
    cutter.cut_vring_sizes();
    if (cutter.findings().empty()) return {firmware, {}, std::move(image)};
    Firmware cut(firmware.name(), cutter.take_bytes());
    auto cut_image = check_image(cut.bytes(), board);
    return {std::move(cut), cutter.findings(), std::move(cut_image)};
}

}  // namespace rproc::check
