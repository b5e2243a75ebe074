// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rproc/resource/table_view.hpp"
#include "rproc/result.hpp"

/// Whether the firmware that runs is the one that is meant, as far as its resource table tells.
namespace rproc::sysfs {

/// A resource table, one text for each entry, without what the kernel writes into the table that is loaded (addresses,
/// notify ids): "trace cm4_log", "carveout vdev0buffer", "vdev 7", "type 128".
using TableOutline = std::vector<std::string>;

/// Of the table in a firmware.
/// @returns the outline, or the error of an entry that cannot be read.
[[nodiscard]] Result<TableOutline> outline_of(const ResourceTableView& table);

/// Of the text of debugfs' resource_table; empty where it says that there is none.
[[nodiscard]] TableOutline outline_of_text(std::string_view resource_table);

}  // namespace rproc::sysfs
