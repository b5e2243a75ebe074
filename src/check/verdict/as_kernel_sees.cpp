// SPDX-License-Identifier: BSD-2-Clause
#include "check/verdict/as_kernel_sees.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "check/lint/defect_finding.hpp"
#include "check/lint/file_table.hpp"
#include "check/lint/memory_advice.hpp"
#include "rproc/check/memory_map.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/internal/bytes.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/resource/entries.hpp"
#include "rproc/resource/vring_size.hpp"

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
    Cutter(const Firmware& firmware, const platform::Stm32mp15Config& config) : firmware_(firmware), config_(config) {}

    void cut_names_offset(const ElfImage& image) {
        if (image.header().elf_class != 64) return;
        const std::uint64_t at =
            image.header().shoff + image.header().shstrndx * kSectionHeader64 + kOffsetIn64BitSection;
        const auto offset = internal::read_at<Le64>(firmware_.bytes(), at);
        if (!offset || *offset < std::uint64_t{1} << 32U) return;
        const std::uint64_t low = static_cast<std::uint32_t>(offset->get());
        put(at, Le64(low));
        report(FindingCode::kernel_truncates_offset, place::Part{"section header e_shstrndx, sh_offset"},
               fmt::format("{:#x} of the section names is read at {:#x} instead", offset->get(), low),
               "the file is damaged: link it again, or copy it again");
    }

    void cut_addresses(const ElfImage& image) {
        if (image.header().elf_class != 64) return;
        for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
            const ElfSegment segment = image.segment(i);
            if (segment.loadable()) cut_address(image, segment);
        }
    }

    void cut_vring_sizes(const ElfImage& image) {
        const auto table = find_file_table(image);
        if (!table) return;
        std::uint32_t vdev = 0;
        // An entry that is cut off ends the walk, as it ends the kernel's.
        static_cast<void>(table->view.for_each([&](const ResourceEntry& entry) -> Result<void> {
            if (!entry.is(wire::EntryType::vdev)) return {};
            RPROC_TRY_ASSIGN(const VdevEntry request, decode_vdev(entry));
            for (std::uint32_t i = 0; i < request.vring_count(); ++i) {
                const std::uint64_t offset =
                    table->section.offset + entry.payload_offset() + sizeof(wire::Vdev) + i * sizeof(wire::Vring);
                cut_vring(request.vring(i), fmt::format("vdev{}vring{}", vdev, i), offset);
            }
            ++vdev;
            return {};
        }));
    }

    [[nodiscard]] KernelView finish() && {
        if (findings_.empty()) return {firmware_, {}};
        return {Firmware(firmware_.name(), std::move(bytes_)), std::move(findings_)};
    }

  private:
    void cut_address(const ElfImage& image, const ElfSegment& segment) {
        const std::uint64_t low = static_cast<std::uint32_t>(segment.paddr.value());
        const auto alias = DeviceRange::make(DeviceAddress(low), segment.memsz);
        const auto holds = [&](const MemoryEntry& entry) {
            return entry.loadable && alias && entry.device.contains(*alias);
        };
        if (low == segment.paddr.value() || std::ranges::none_of(memory_map(config_), holds)) return;
        put(image.header().phoff + segment.index * kProgramHeader64 + kPaddrIn64BitHeader, Le64(low));
        report(FindingCode::kernel_truncates_address, place_of(segment), fmt::format("is loaded to {:#x} instead", low),
               "link for a 32-bit address inside a memory-region");
    }

    void cut_vring(const wire::Vring& vring, const std::string& carveout, std::uint64_t offset) {
        const std::uint64_t size = vring_carveout_size(vring.num, vring.align);
        const std::uint64_t cut = static_cast<std::uint32_t>(size);
        if (vring.num == 0 || vring.align == 0 || cut == size || cut > room_for(carveout)) return;
        // Less than a page, whatever wrapped: the number of descriptors, or the distance that align makes.
        put(offset + kAlignInVring, Le32(4));
        if (cut == 0 && begins_in(vring, carveout)) put(offset, Le32(wire::kAddressAny));  // nothing fits anywhere
        put(offset + kNumInVring, Le32(1));
        report(FindingCode::kernel_vring_size_wraps, place::Part{carveout},
               fmt::format("{} descriptors take {:#x} bytes, the kernel computes {:#x}", vring.num.get(), size, cut),
               "set num to the number of buffers that the firmware has");
    }

    [[nodiscard]] bool begins_in(const wire::Vring& vring, const std::string& carveout) const {
        const auto memory = find_memory(config_, carveout);
        return memory && vring.da - memory->device.start().value() <= memory->device.size();
    }

    [[nodiscard]] std::uint64_t room_for(const std::string& carveout) const {
        const auto region = std::ranges::find(config_.regions, carveout, &platform::Stm32mp15Config::Region::name);
        if (region == config_.regions.end()) return ModelMemory::kLargestAllocation;
        return region->memory ? region->memory->size() : 0;
    }

    template <class Field>
    void put(std::uint64_t offset, Field value) {
        if (bytes_.empty()) bytes_.assign(firmware_.bytes().begin(), firmware_.bytes().end());
        static_cast<void>(internal::write_at(std::span(bytes_), offset, value));
    }

    void report(FindingCode defect, const Place& place, std::string_view detail, std::string hint) {
        findings_.push_back(defect_finding(defect, place, detail, std::move(hint)));
    }

    const Firmware& firmware_;
    const platform::Stm32mp15Config& config_;
    std::vector<std::byte> bytes_;
    std::vector<Finding> findings_;
};

}  // namespace

KernelView as_kernel_sees(const Firmware& firmware, const platform::Stm32mp15Config& config) {
    const auto image = ElfImage::parse(firmware.bytes());
    if (!image) return {firmware, {}};
    Cutter cutter(firmware, config);
    cutter.cut_names_offset(*image);
    cutter.cut_addresses(*image);
    cutter.cut_vring_sizes(*image);
    return std::move(cutter).finish();
}

}  // namespace rproc::check
