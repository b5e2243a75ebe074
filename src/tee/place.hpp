// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/tee/software_tee.hpp"
#include "tee/authenticate.hpp"
#include "tee/refusal.hpp"
#include "tee/remote_memories.hpp"

namespace rproc::tee::internal {

/// Loads an authentic package into the processor's memories, and clears all of their other bytes. On a refusal all
/// bytes are cleared.
/// @param key for encrypted segments; required by a package with such segments.
/// @returns the resource table, empty without one, or the refusal.
[[nodiscard]] Checked<PhysicalRange> place(const AuthenticPackage& package, const std::optional<AesKey>& key,
                                           RemoteMemories& memories);

}  // namespace rproc::tee::internal
