// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/resource/table_view.hpp"

namespace rproc::check {

/// The resource table of an image, and the section that holds it. Views into the image's bytes.
struct FileTable {
    ElfSection section;
    ResourceTableView view;
};

/// The table that the kernel would take from the image; nothing when there is none, or its header is bad.
[[nodiscard]] inline std::optional<FileTable> find_file_table(const ElfImage& image) {
    const auto section = image.find_section(kResourceTableSection);
    const auto bytes = section ? image.contents(*section) : std::nullopt;
    if (!bytes) return std::nullopt;
    const auto view = ResourceTableView::parse(*bytes);
    if (!view) return std::nullopt;
    return FileTable{*section, *view};
}

}  // namespace rproc::check
