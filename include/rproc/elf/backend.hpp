// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/result.hpp"

namespace rproc::elf {

/// Linux loads the firmware itself, from an ELF file (remoteproc_elf_loader.c), and the platform starts the core.
/// Has no state; any number of processors and threads may share one.
class Backend {
  public:
    /// What `parse` makes of a firmware, and the other ops take.
    using Image = ElfImage;

    /// @returns the image, a view of the firmware's bytes, or an error of `ElfImage::parse`.
    [[nodiscard]] Result<ElfImage> parse(Context& ctx, const Firmware& firmware) const;

    /// The ELF entry point.
    [[nodiscard]] DeviceAddress boot_address(Context& ctx, const ElfImage& image) const;

    /// A copy of section `.resource_table`.
    /// @returns the copy, or, for the platform to decide about (HasWithoutTable),
    ///   table_missing: there is no such section;
    ///   table_truncated: it runs past the end of the file;
    ///   or an error of `ResourceTableView::parse`: its header is bad.
    [[nodiscard]] Result<std::vector<std::byte>> parse_fw(Context& ctx, const ElfImage& image) const;

    /// Copies every PT_LOAD segment with a size to its `p_paddr`, in order, and zeroes the rest of its memory.
    /// @returns nothing, or, with the segments before it already copied,
    ///   segment_filesz_exceeds_memsz, segment_truncated: see `ElfImage::contents`;
    ///   segment_too_large: more than a `size_t` of the kernel holds (`Context::kernel`);
    ///   segment_outside_memory: not inside one mapped carveout.
    [[nodiscard]] Result<void> load(Context& ctx, const ElfImage& image) const;

    /// The bytes at the section's address, or empty when they lie in no carveout (a notice: table_not_in_memory).
    [[nodiscard]] std::span<std::byte> find_loaded_rsc_table(Context& ctx, const ElfImage& image) const;

    template <CoreControl C>
    [[nodiscard]] Result<void> start(Context& ctx, C& core) const {
        return core.power_up(ctx);
    }

    template <CoreControl C>
    [[nodiscard]] Result<void> stop(Context& ctx, C& core) const {
        return core.power_down(ctx);
    }
};

static_assert(rproc::Backend<Backend> && HasParse<Backend> && HasBootAddress<Backend> &&
              HasFindLoadedRscTable<Backend>);

}  // namespace rproc::elf
