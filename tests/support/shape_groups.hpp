// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "elf_builder.hpp"
#include "shapes.hpp"

namespace rproc::test {

/// The da of the resource table in the base image.
inline constexpr std::uint32_t kTableAddress = 0x10004000;

/// Collects shapes while the groups below are filled in.
class ShapeList {
  public:
    void add(std::string name, std::string about, Bytes image) {
        shapes_.push_back({std::move(name), std::move(about), std::move(image)});
    }
    void add(std::string name, std::string about, const ElfImage& image) {
        add(std::move(name), std::move(about), image.build());
    }
    /// The base image with these entries in its resource table.
    void add_entries(std::string name, std::string about, std::vector<Bytes> entries);
    /// The base image with this resource table.
    void add_table(std::string name, std::string about, const Table& table);

    [[nodiscard]] std::vector<Shape> take() { return std::move(shapes_); }

  private:
    std::vector<Shape> shapes_;
};

/// A firmware that boots: vectors at 0 (1 KiB), code at 0x10000000 (256 bytes), the table at kTableAddress.
[[nodiscard]] ElfImage image_with_table(Bytes table, ElfClass elf_class = ElfClass::k32);
/// The same with a trace buffer and an rpmsg device in its table.
[[nodiscard]] ElfImage base_image(ElfClass elf_class = ElfClass::k32);
/// The table of base_image().
[[nodiscard]] Bytes base_table();

void add_elf_shapes(ShapeList& list);
void add_segment_shapes(ShapeList& list);
void add_table_shapes(ShapeList& list);
void add_entry_shapes(ShapeList& list);
void add_carveout_shapes(ShapeList& list);
void add_trace_and_devmem_shapes(ShapeList& list);
void add_vdev_shapes(ShapeList& list);
void add_mixed_shapes(ShapeList& list);
/// The smallest firmware for each of docs/kernel-defects.md, named "defect-" and the finding's code.
void add_defect_shapes(ShapeList& list);

}  // namespace rproc::test
