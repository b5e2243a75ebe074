// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "check/verdict/recorder.hpp"
#include "rproc/error.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/memory/model_memory.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::check {

/// What the model made of a firmware, before it was stopped.
struct Trial {
    std::optional<Error> error{};  ///< why it refused; nothing when the firmware ran
    Recorder record{};
    std::vector<std::uint32_t> registered{};  ///< indices of the virtio devices that existed while it ran, ascending

    /// True when the virtio device of that index existed while the firmware ran.
    [[nodiscard]] bool has_registered(std::uint32_t vdev) const { return std::ranges::binary_search(registered, vdev); }
};

/// Boots a firmware on a model of the board, looks at what runs, and stops it.
[[nodiscard]] Trial try_boot(const FirmwareSource& source, const platform::Stm32mp15Config& config,
                             const ModelMemory& memory);

/// The same for a processor that a TEE loads.
/// @param tee one that knows the processor, with the memories of `memory`.
[[nodiscard]] Trial try_secure_boot(const FirmwareSource& source, const platform::Stm32mp15Config& config,
                                    const ModelMemory& memory, const std::shared_ptr<tee::SoftwareTee>& tee);

}  // namespace rproc::check
