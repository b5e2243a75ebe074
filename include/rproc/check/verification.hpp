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

/// The result of loading a signed image into a TEE with given keys. Plain data.
struct Verification {
    bool accepted = false;                              ///< whether the TEE loaded the image
    tee::ResultCode result = tee::ResultCode::success;  ///< of LOAD_FW
    std::optional<std::size_t> key{};                   ///< index of the key of the policy that signed it
    PhysicalRange table{};                              ///< of an accepted image; empty without one
    bool memory_cleared = false;      ///< the processor's memories are zero after the refusal or the release
    std::vector<Finding> findings{};  ///< the reason of a refusal
};

/// Loads the image into a software TEE on a model of the board, and releases it. Does not start the processor.
/// @returns the verification, or an error of sim::make_software_tee.
[[nodiscard]] Result<Verification> verify_image(const Firmware& image, const platform::Stm32mp15Config& config,
                                                tee::SoftwareTeePolicy policy);

/// Makes a finding from a refusal of a software TEE: the result, its reason, and the type of a file that is no signed
/// image.
[[nodiscard]] Finding explain_refusal(const Firmware& image, const tee::LoadReport& report);

}  // namespace rproc::check
