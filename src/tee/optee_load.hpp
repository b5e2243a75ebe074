// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tee/load.hpp"

namespace rproc::tee::internal {

/// The refusal of an image that the application cannot map.
[[nodiscard]] expected_ns::unexpected<Refusal> refuse_large_image(std::uint64_t size, const OpteeLimits& limits);

/// Loads an image as OP-TEE 4.10 does: the checks of ta/remoteproc and of the platform's pseudo application, in their
/// order and with their results. What is loaded before a refusal stays in memory.
/// @param image smaller than the policy's `image_limit`, not empty.
[[nodiscard]] Checked<LoadedImage> load_as_optee(std::vector<std::byte> image, const SoftwareTeePolicy& policy,
                                                 RemoteMemories& memories);

}  // namespace rproc::tee::internal
