// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "rproc/memory/model_memory.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/result.hpp"
#include "rproc/tee/software_tee.hpp"

/// A model of a board whose remote processor belongs to a TEE.
namespace rproc::sim {

/// The memories of the board that its TEE may load firmware to, from `platform::tee_memories`.
[[nodiscard]] std::vector<tee::RemoteMemory> remote_memories(const platform::Stm32mp15Config& config);

/// What the TEE calls the board's processor: the number behind its phandle; 0 on a board without a TEE.
[[nodiscard]] std::uint32_t processor_id(const platform::Stm32mp15Config& config) noexcept;

/// A software TEE that knows the board's processor, for TeeContext::provide. While it holds a firmware, `memory` maps
/// none of the memories that are the TEE's alone (SoftwareTee::isolate).
/// @param memory the board's, as its platform has it.
/// @returns the TEE, or an error of SoftwareTee::add_processor.
[[nodiscard]] Result<std::shared_ptr<tee::SoftwareTee>> make_software_tee(const platform::Stm32mp15Config& config,
                                                                          tee::SoftwareTeePolicy policy,
                                                                          const ModelMemory& memory);

}  // namespace rproc::sim
