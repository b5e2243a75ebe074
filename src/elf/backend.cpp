// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/elf/backend.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rproc/core/resource_tables.hpp"
#include "rproc/memory/device_copy.hpp"
#include "rproc/resource/table_view.hpp"

namespace rproc::elf {
namespace {

/// The section and bytes of a firmware's resource table.
struct TableInFile {
    ElfSection section;
    std::span<const std::byte> bytes;
};

/// @returns the table, its header checked, or table_missing, table_truncated, or an error of ResourceTableView::parse.
Result<TableInFile> find_table(const ElfImage& image) {
    const auto section = image.find_section(kResourceTableSection);
    if (!section) {
        return fail(ErrorCode::table_missing, {});
    }
    const auto bytes = image.contents(*section);
    if (!bytes) {
        return fail(ErrorCode::table_truncated, place::Table{}, section->offset, section->size);
    }
    RPROC_TRY(ResourceTableView::parse(*bytes));
    return TableInFile{*section, *bytes};
}

Result<void> load_segment(Context& ctx, const ElfImage& image, const ElfSegment& segment) {
    RPROC_TRY_ASSIGN(const auto contents, image.contents(segment));
    if (segment.memsz > ctx.kernel().largest_size()) {
        return fail(ErrorCode::segment_too_large, place_of(segment), segment.memsz);
    }
    const auto memory = ctx.carveouts().da_to_va(segment.paddr, segment.memsz);
    if (memory.empty()) {
        return fail(ErrorCode::segment_outside_memory, place_of(segment), segment.paddr.value(), segment.memsz);
    }
    copy_to_device(memory, contents);
    clear_device(memory.subspan(contents.size()));
    return {};
}

void notice_headers_cut_off(Context& ctx, const ElfImage& image) {
    if (image.segment_count() == image.header().phnum) return;
    ctx.notice(Severity::warning, Error(ErrorCode::elf_program_headers_cut_off, place::ElfHeader{"e_phnum"},
                                        image.segment_count(), image.header().phnum));
}

}  // namespace

Result<ElfImage> Backend::parse(Context& /*ctx*/, const Firmware& firmware) const {
    return ElfImage::parse(firmware.bytes());
}

DeviceAddress Backend::boot_address(Context& /*ctx*/, const ElfImage& image) const { return image.header().entry; }

Result<std::vector<std::byte>> Backend::parse_fw(Context& /*ctx*/, const ElfImage& image) const {
    RPROC_TRY_ASSIGN(const auto table, find_table(image));
    return std::vector(table.bytes.begin(), table.bytes.end());
}

Result<void> Backend::load(Context& ctx, const ElfImage& image) const {
    notice_headers_cut_off(ctx, image);
    for (const ElfSegment segment : image.segments())
        if (segment.loadable()) RPROC_TRY(load_segment(ctx, image, segment));
    return {};
}

std::span<std::byte> Backend::find_loaded_rsc_table(Context& ctx, const ElfImage& image) const {
    const auto table = find_table(image);
    if (!table) {
        // Linux searches the table twice, and reports its errors twice.
        if (table.error().has_kernel_line()) ctx.log(LogLine(LogLevel::error, LogSource::remoteproc, table.error()));
        if (table.error().code() == ErrorCode::table_missing) notice_table_dropped(ctx);
        return {};
    }
    const auto memory = ctx.carveouts().da_to_va(table->section.addr, table->section.size);
    if (memory.empty()) {
        ctx.notice(Severity::warning,
                   Error(ErrorCode::table_not_in_memory, place::Table{}, table->section.addr.value()));
    }
    return memory;
}

}  // namespace rproc::elf
