// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "check/model/image_model.hpp"
#include "rproc/check/verdict.hpp"
#include "rproc/platform/stm32mp15_config.hpp"

namespace rproc::check {

/// What a board does not give to a firmware that boots, and says nothing of: memory-regions that overlap
/// (memory-regions-overlap), and no mailbox for its virtio devices (mailbox-missing).
[[nodiscard]] std::vector<Finding> remarks_on_board(const platform::Stm32mp15Config& config, const ImageModel& image);

}  // namespace rproc::check
