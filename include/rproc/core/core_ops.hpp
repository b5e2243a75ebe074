// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Starts the core: by the backend or, where that leaves the core to Linux, by backend and platform together; inside
/// whatever the platform wraps around it.
/// @returns nothing, or the policy's error.
template <Backend B, Platform P>
[[nodiscard]] Result<void> start_core(Context& ctx, B& backend, P& platform) {
    const auto start = [&]() -> Result<void> {
        if constexpr (StartsCore<B>) {
            return backend.start(ctx);
        } else {
            return backend.start(ctx, platform);
        }
    };
    if constexpr (WrapsStart<P>) {
        return platform.around_start(ctx, start);
    } else {
        return start();
    }
}

/// Stops it, likewise. Also for a core that crashed, and for one that somebody else has started.
template <Backend B, Platform P>
[[nodiscard]] Result<void> stop_core(Context& ctx, B& backend, P& platform) {
    const auto stop = [&]() -> Result<void> {
        if constexpr (StartsCore<B>) {
            return backend.stop(ctx);
        } else {
            return backend.stop(ctx, platform);
        }
    };
    if constexpr (WrapsStop<P>) {
        return platform.around_stop(ctx, stop);
    } else {
        return stop();
    }
}

}  // namespace rproc
