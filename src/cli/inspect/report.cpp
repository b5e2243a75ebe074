// SPDX-License-Identifier: BSD-2-Clause
#include "cli/inspect/report.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "check/model/elf_machine.hpp"
#include "rproc/internal/bytes.hpp"
#include "rproc/resource/layout.hpp"

namespace rproc::cli {
namespace {

using Names = std::map<std::uint32_t, std::string_view>;

std::string name_in(const Names& names, std::uint32_t value) {
    const auto found = names.find(value);
    return found == names.end() ? fmt::format("{:#x}", value) : std::string(found->second);
}

/// The fields at the same place in ELF32 and ELF64. Precondition: the magic is there.
std::optional<ElfIdentity> identify(std::span<const std::byte> bytes) {
    constexpr std::uint64_t kClass = 4;
    constexpr std::uint64_t kData = 5;
    constexpr std::uint64_t kType = 16;
    constexpr std::uint64_t kMachine = 18;
    const auto type = internal::read_at<internal::Le16>(bytes, kType);
    const auto machine = internal::read_at<internal::Le16>(bytes, kMachine);
    if (!type || !machine) return std::nullopt;
    const auto elf_class = std::to_integer<unsigned>(bytes[kClass]);
    const bool little = bytes[kData] == std::byte{1};
    const auto in_order = [&](std::uint16_t value) {
        return little ? value : static_cast<std::uint16_t>((value << 8U) | (value >> 8U));
    };
    return ElfIdentity{elf_class == 1 ? 32U : elf_class == 2 ? 64U : 0U, little, in_order(*type), in_order(*machine)};
}

SegmentReport report_segment(const ElfImage& image, const ElfSegment& segment, const platform::Stm32mp15Config& config,
                             const std::vector<MemoryReport>& memories) {
    SegmentReport report{segment, {}, {}, {}};
    if (!segment.loadable()) return report;
    if (const auto contents = image.contents(segment); !contents) report.fault = contents.error();
    const auto range = DeviceRange::make(segment.paddr, segment.memsz);
    if (!range) {
        report.misfit = "runs past the end of the address space";
        return report;
    }
    const auto home = std::ranges::find_if(memories, [&](const MemoryReport& candidate) {
        return candidate.memory.loadable && candidate.memory.device.contains(*range);
    });
    if (home == memories.end()) {
        report.misfit = check::explain_misfit(config, *range);
    } else {
        report.memory = home->memory.name;
    }
    return report;
}

void place(std::vector<MemoryReport>& memories, const std::string& what, DeviceAddress da, std::uint64_t size) {
    const auto range = DeviceRange::make(da, size);
    if (!range || range->empty()) return;
    const auto home = std::ranges::find_if(
        memories, [&](const MemoryReport& memory) { return memory.memory.device.contains(*range); });
    if (home != memories.end()) home->items.push_back({what, *range});
}

void place(std::vector<MemoryReport>& memories, const ResourcePlace& resource) {
    const auto home = std::ranges::find_if(
        memories, [&](const MemoryReport& memory) { return memory.memory.name == resource.memory; });
    if (home != memories.end()) {
        place(memories, resource.what, home->memory.device.start(), resource.size);
    } else if (resource.da != wire::kAddressAny) {
        place(memories, resource.what, DeviceAddress(resource.da), resource.size);
    }
}

/// Bytes that at least one of the items takes. Precondition: they are sorted by address.
std::uint64_t covered(const std::vector<MemoryItem>& items) {
    std::uint64_t bytes = 0;
    DeviceAddress reached;
    for (const MemoryItem& item : items) {
        const DeviceAddress from = std::max(item.range.start(), reached);
        if (item.range.end() <= from) continue;
        bytes += item.range.end().value() - from.value();
        reached = item.range.end();
    }
    return bytes;
}

std::optional<TablePlace> find_table(const ElfImage& image) {
    const auto section = image.find_section(kResourceTableSection);
    if (!section) return std::nullopt;
    const auto bytes = image.contents(*section);
    return TablePlace{*section, bytes ? std::optional(report_table(*bytes)) : std::nullopt};
}

void fill_memories(InspectReport& report) {
    for (const SegmentReport& segment : report.segments) {
        if (segment.memory.empty()) continue;
        place(report.memories, fmt::format("segment {}", segment.segment.index), segment.segment.paddr,
              segment.segment.memsz);
    }
    if (report.table) {
        place(report.memories, "resource table", report.table->section.addr, report.table->section.size);
        if (report.table->table)
            for (const ResourcePlace& resource : report.table->table->places) place(report.memories, resource);
    }
    for (MemoryReport& memory : report.memories) {
        std::ranges::stable_sort(memory.items, {}, [](const MemoryItem& item) { return item.range.start(); });
        memory.used = covered(memory.items);
    }
}

}  // namespace

Result<InspectReport> inspect(const Firmware& firmware, const platform::Stm32mp15Config& config) {
    const auto image = ElfImage::parse(firmware.bytes());
    if (!image && image.error().code() == ErrorCode::elf_bad_magic) return fail(image.error());
    const auto identity = identify(firmware.bytes());
    if (!identity) return fail(image.error());
    InspectReport report{.identity = *identity,
                         .refusal = {},
                         .header = {},
                         .segments = {},
                         .sections = {},
                         .memories = {},
                         .table = {}};
    for (auto& memory : check::memory_map(config)) report.memories.push_back({std::move(memory), {}, 0});
    if (!image) {
        report.refusal = image.error();
        return report;
    }
    report.header = image->header();
    for (std::uint32_t i = 0; i < image->segment_count(); ++i)
        report.segments.push_back(report_segment(*image, image->segment(i), config, report.memories));
    for (std::uint32_t i = 0; i < image->section_count(); ++i) report.sections.push_back(image->section(i));
    report.table = find_table(*image);
    fill_memories(report);
    return report;
}

std::string segment_type_name(std::uint32_t type) {
    static const Names names{{0, "NULL"},          {1, "LOAD"}, {2, "DYNAMIC"},
                             {3, "INTERP"},        {4, "NOTE"}, {5, "SHLIB"},
                             {6, "PHDR"},          {7, "TLS"},  {0x6474e551, "GNU_STACK"},
                             {0x70000001, "EXIDX"}};
    return name_in(names, type);
}

std::string elf_type_name(std::uint16_t type) {
    static const Names names{{1, "relocatable"}, {2, "executable"}, {3, "shared object"}, {4, "core dump"}};
    return name_in(names, type);
}

std::string machine_name(std::uint16_t machine) {
    const std::string_view name = check::machine_name(machine);
    return name.empty() ? fmt::format("{:#x}", machine) : std::string(name);
}

}  // namespace rproc::cli
