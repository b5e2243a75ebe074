// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace rproc::test {

/// A resource table as the kernel's debugfs file `resource_table` shows it, one string a line, trimmed; the form of the
/// member `rsc` in tests/data/kernel_verdicts.json.
[[nodiscard]] std::vector<std::string> debugfs_table(std::span<const std::byte> table);

}  // namespace rproc::test
