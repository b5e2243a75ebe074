// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "rproc/memory/dma_ranges.hpp"
#include "rproc/platform/device_tree.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

/// What a node says of the TEE that owns its core.
struct TeeBinding {
    Stm32mp15Config::TeeReference reference;
    Stm32mp15Config::Driver driver;
};

/// Reads it, in any of the forms that `read_stm32mp15` lists.
/// @returns the binding, nothing when Linux owns the core, or an error of `read_stm32mp15`.
[[nodiscard]] Result<std::optional<TeeBinding>> read_tee_binding(const DeviceTree& tree, const DeviceTreeNode& node);

/// Adds the windows that Driver::stm32_rproc_tee brings along.
/// @returns nothing, or an error of DmaRanges::add.
[[nodiscard]] Result<void> add_driver_windows(DmaRanges& ranges);

}  // namespace rproc::platform
