// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "rproc/tee/software_tee_policy.hpp"
#include "tee/refusal.hpp"
#include "tee/remote_memories.hpp"

namespace rproc::tee::internal {

/// An image that is loaded.
struct LoadedImage {
    std::optional<std::size_t> key{};  ///< index of the signing key; nothing if not verified
    PhysicalRange table{};             ///< the resource table; empty without one
};

/// Checks an image and loads it, with the checks of the policy.
/// @param shared the memory that a client shares; read once. Nothing when the client's reference is invalid.
/// @returns the image, or the refusal. After a refusal by SoftwareTeePolicy::Checks::strict all memories are zero.
[[nodiscard]] Checked<LoadedImage> load_image(std::optional<std::span<const std::byte>> shared,
                                              const SoftwareTeePolicy& policy, RemoteMemories& memories);

}  // namespace rproc::tee::internal
