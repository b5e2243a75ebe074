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

/// Whether OP-TEE with given keys loads a signed image, and whether the stricter checks of this project accept it.
/// Plain data.
struct Verification {
    bool accepted = false;                              ///< whether OP-TEE loads the image
    tee::ResultCode result = tee::ResultCode::success;  ///< of OP-TEE's LOAD_FW
    std::optional<std::size_t> key{};                   ///< index of the key of the policy that signed it
    PhysicalRange table{};                              ///< that OP-TEE gives for an accepted image; empty without one
    bool memory_cleared = false;   ///< the processor's memories are zero after OP-TEE's refusal, or after the release
    bool strict_accepted = false;  ///< whether SoftwareTeePolicy::Checks::strict accepts it
    std::vector<Finding> findings{};  ///< the reason of OP-TEE's refusal (error); of an image that it accepts,
                                      ///< what `strict` objects to (warning)
};

/// Loads the image into two software TEEs on models of the board, one with the checks of OP-TEE, one with the strict
/// ones, and releases it. Does not start the processor.
/// @param policy without its `checks`.
/// @returns the verification, or an error of sim::make_software_tee.
[[nodiscard]] Result<Verification> verify_image(const Firmware& image, const platform::Stm32mp15Config& config,
                                                tee::SoftwareTeePolicy policy);

/// What `strict` objects to in an image that OP-TEE accepts: a warning, or none. The `checks` of the policy are
/// ignored.
[[nodiscard]] std::vector<Finding> strict_objections(const Firmware& image, const platform::Stm32mp15Config& config,
                                                     tee::SoftwareTeePolicy policy);

/// Makes a finding from a refusal of a software TEE: the result, its reason, and the type of a file that is no signed
/// image.
[[nodiscard]] Finding explain_refusal(const Firmware& image, const tee::LoadReport& report);

}  // namespace rproc::check
