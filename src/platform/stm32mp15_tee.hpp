// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "rproc/memory/dma_ranges.hpp"
#include "rproc/platform/device_tree.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

/// The reference of a node to the TEE that owns its core.
struct TeeBinding {
    Stm32mp15Config::TeeReference reference;
    Stm32mp15Config::Driver driver;
};

/// Reads the reference, in any of the forms of `read_stm32mp15`.
/// @returns the reference, nothing when Linux owns the core, or an error of `read_stm32mp15`.
[[nodiscard]] Result<std::optional<TeeBinding>> read_tee_binding(const DeviceTree& tree, const DeviceTreeNode& node);

/// Adds the built-in windows of Driver::stm32_rproc_tee.
/// @returns nothing, or an error of DmaRanges::add.
[[nodiscard]] Result<void> add_driver_windows(DmaRanges& ranges);

}  // namespace rproc::platform
