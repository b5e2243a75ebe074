// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/elf/backend.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "rproc/resource/table_view.hpp"

namespace rproc::elf {
namespace {

constexpr std::uint64_t kLargestSegment = std::numeric_limits<std::uint32_t>::max();  // size_t of a 32-bit kernel

/// The section and bytes of a firmware's resource table.
struct TableInFile {
    ElfSection section;
    std::span<const std::byte> bytes;
};

/// @returns the table, its header checked, or table_missing, table_truncated, or an error of ResourceTableView::parse.
Result<TableInFile> find_table(const ElfImage& image) {
    const auto section = image.find_section(kResourceTableSection);
    if (!section) {
        return fail({.code = ErrorCode::table_missing,
                     .what = "has no section .resource_table: no trace, no virtio, no rpmsg",
                     .hint = "put the table into section .resource_table and KEEP it in the linker script"});
    }
    const auto bytes = image.contents(*section);
    if (!bytes) {
        return fail({.code = ErrorCode::table_truncated,
                     .what = fmt::format("section .resource_table ({:#x}+{:#x}) lies past the end of the file",
                                         section->offset, section->size),
                     .where = "resource table",
                     .kernel_line = "resource table truncated",
                     .hint = "the file was cut off; compare its size with the one the linker wrote"});
    }
    RPROC_TRY(ResourceTableView::parse(*bytes));
    return TableInFile{*section, *bytes};
}

Result<void> load_segment(Context& ctx, const ElfImage& image, const ElfSegment& segment) {
    RPROC_TRY_ASSIGN(const auto contents, image.contents(segment));
    if (segment.memsz > kLargestSegment) {
        return fail({.code = ErrorCode::segment_too_large,
                     .what = fmt::format("{:#x} bytes are more than a 32-bit kernel can address", segment.memsz),
                     .where = segment.describe(),
                     .kernel_line = fmt::format("size ({:x}) does not fit in size_t type", segment.memsz),
                     .hint = "the program header is damaged"});
    }
    const auto memory = ctx.carveouts().da_to_va(segment.paddr, segment.memsz);
    if (memory.empty()) {
        return fail(
            {.code = ErrorCode::segment_outside_memory,
             .what = "does not lie inside one memory that the processor shares with Linux",
             .where = segment.describe(),
             .kernel_line = fmt::format("bad phdr da {:#x} mem {:#x}", segment.paddr.value(), segment.memsz),
             .hint = "place it in a memory-region of the board (see `rproc inspect`); p_paddr decides, not p_vaddr"});
    }
    const auto rest = std::ranges::copy(contents, memory.begin()).out;
    std::fill(rest, memory.end(), std::byte{0});
    return {};
}

void notice_headers_cut_off(Context& ctx, const ElfImage& image) {
    if (image.segment_count() == image.header().phnum) return;
    ctx.notice(Severity::warning,
               {.code = ErrorCode::elf_program_headers_cut_off,
                .what = fmt::format("only {} of {} program headers lie inside the file; Linux reads past its end",
                                    image.segment_count(), image.header().phnum),
                .where = "ELF header, e_phnum",
                .hint = "the file was cut off; compare its size with the one the linker wrote"});
}

}  // namespace

Result<void> Backend::sanity_check(Context& /*ctx*/, const Firmware& firmware) const {
    RPROC_TRY(ElfImage::parse(firmware.bytes()));
    return {};
}

DeviceAddress Backend::boot_address(Context& /*ctx*/, const Firmware& firmware) const {
    const auto image = ElfImage::parse(firmware.bytes());
    return image ? image->header().entry : DeviceAddress();
}

Result<std::vector<std::byte>> Backend::parse_fw(Context& ctx, const Firmware& firmware) const {
    RPROC_TRY_ASSIGN(const auto image, ElfImage::parse(firmware.bytes()));
    auto table = find_table(image);
    if (table) return std::vector(table->bytes.begin(), table->bytes.end());
    ctx.notice(Severity::warning, std::move(table).error());
    ctx.log(LogLevel::warning, LogSource::remoteproc, "no resource table found for this firmware");
    return std::vector<std::byte>();
}

Result<void> Backend::load(Context& ctx, const Firmware& firmware) const {
    RPROC_TRY_ASSIGN(const auto image, ElfImage::parse(firmware.bytes()));
    notice_headers_cut_off(ctx, image);
    for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
        const ElfSegment segment = image.segment(i);
        if (segment.loadable()) RPROC_TRY(load_segment(ctx, image, segment));
    }
    return {};
}

std::span<std::byte> Backend::find_loaded_rsc_table(Context& ctx, const Firmware& firmware) const {
    const auto image = ElfImage::parse(firmware.bytes());
    if (!image) return {};
    const auto table = find_table(*image);
    if (!table) {
        // Linux looks the table up a second time, and says what is wrong with it a second time.
        if (!table.error().kernel_line.empty()) {
            ctx.log(LogLevel::error, LogSource::remoteproc, table.error().kernel_line);
        }
        return {};
    }
    const auto memory = ctx.carveouts().da_to_va(table->section.addr, table->section.size);
    if (memory.empty()) {
        ctx.notice(
            Severity::warning,
            {.code = ErrorCode::table_not_in_memory,
             .what = fmt::format("section .resource_table has address {}, which is in no memory of the processor: "
                                 "the firmware never learns where its vrings are",
                                 to_string(table->section.addr)),
             .where = "resource table",
             .hint = "place the section in a loaded segment (linker script: .resource_table : { KEEP(...) } > ram)"});
    }
    return memory;
}

}  // namespace rproc::elf
