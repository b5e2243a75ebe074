// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "rproc/check/verdict.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/platform/stm32mp15_config.hpp"
#include "rproc/tee/protocol.hpp"
#include "rproc/tee/software_tee.hpp"

namespace rproc::check {

/// What a TEE with certain keys makes of a signed image on a board. Plain data.
struct Verification {
    bool accepted = false;
    tee::ResultCode result = tee::ResultCode::success;  ///< of LOAD_FW
    std::optional<std::size_t> key{};                   ///< which of the policy's keys signed it
    PhysicalRange table{};                              ///< of an accepted image; empty without a resource table
    bool memory_cleared = false;  ///< every byte of the processor's memories is zero: after a refusal, or the release
    std::vector<Finding> findings{};
};

/// Has a software TEE load the image on a model of the board, and release it again. Nothing is started.
/// @returns the verification, or an error of sim::make_software_tee.
[[nodiscard]] Result<Verification> verify_image(const Firmware& image, const platform::Stm32mp15Config& config,
                                                tee::SoftwareTeePolicy policy);

/// A refusal of a software TEE as a finding: its result, its reason, and what the file is where it is no signed image.
[[nodiscard]] Finding explain_refusal(const Firmware& image, const tee::LoadReport& report);

}  // namespace rproc::check
