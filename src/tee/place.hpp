// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/tee/software_tee.hpp"
#include "tee/authenticate.hpp"
#include "tee/refusal.hpp"
#include "tee/remote_memories.hpp"

namespace rproc::tee::internal {

/// Puts an authentic package into the processor's memories, of which every other byte becomes zero. On a refusal all of
/// them are.
/// @param key for encrypted segments; a package has none unless its policy has the key.
/// @returns where the resource table lies, empty without one; or the refusal.
[[nodiscard]] Checked<PhysicalRange> place(const AuthenticPackage& package, const std::optional<AesKey>& key,
                                           RemoteMemories& memories);

}  // namespace rproc::tee::internal
