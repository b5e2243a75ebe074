// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rproc/resource/table_view.hpp"
#include "rproc/result.hpp"

/// Compares the running firmware with a file, by their resource tables.
namespace rproc::sysfs {

/// The outline of a resource table: one text for each entry, without the values that the kernel writes into a loaded
/// table (addresses, notify ids): "trace cm4_log", "carveout vdev0buffer", "vdev 7", "type 128".
using TableOutline = std::vector<std::string>;

/// The outline of the table in a firmware.
/// @returns the outline, or the error of an entry that cannot be read.
[[nodiscard]] Result<TableOutline> outline_of(const ResourceTableView& table);

/// The outline of the text of debugfs' resource_table; empty if it contains no table.
[[nodiscard]] TableOutline outline_of_text(std::string_view resource_table);

}  // namespace rproc::sysfs
