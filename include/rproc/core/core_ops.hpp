// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "rproc/core/concepts.hpp"
#include "rproc/core/context.hpp"
#include "rproc/result.hpp"

namespace rproc {

namespace internal {

/// The backend's own start and stop, whichever way it has them.
template <Backend B, Platform P>
[[nodiscard]] Result<void> backend_start(Context& ctx, B& backend, [[maybe_unused]] P& platform) {
    if constexpr (StartsCore<B>) {
        return backend.start(ctx);
    } else {
        return backend.start(ctx, platform);
    }
}

template <Backend B, Platform P>
[[nodiscard]] Result<void> backend_stop(Context& ctx, B& backend, [[maybe_unused]] P& platform) {
    if constexpr (StartsCore<B>) {
        return backend.stop(ctx);
    } else {
        return backend.stop(ctx, platform);
    }
}

}  // namespace internal

/// Starts the core: by the backend or, where that leaves the core to Linux, by backend and platform together; inside
/// whatever the platform wraps around it.
/// @returns nothing, or the policy's error: then the core does not run. Where the platform fails after the backend has
///   started it, it is stopped again.
template <Backend B, Platform P>
[[nodiscard]] Result<void> start_core(Context& ctx, B& backend, P& platform) {
    if constexpr (WrapsStart<P>) {
        bool runs = false;
        auto started = platform.around_start(ctx, [&] {
            auto result = internal::backend_start(ctx, backend, platform);
            runs = result.has_value();
            return result;
        });
        if (!started && runs) static_cast<void>(internal::backend_stop(ctx, backend, platform));
        return started;
    } else {
        return internal::backend_start(ctx, backend, platform);
    }
}

/// Stops it, likewise. Also for a core that crashed, and for one that somebody else has started.
template <Backend B, Platform P>
[[nodiscard]] Result<void> stop_core(Context& ctx, B& backend, P& platform) {
    if constexpr (WrapsStop<P>) {
        return platform.around_stop(ctx, [&] { return internal::backend_stop(ctx, backend, platform); });
    } else {
        return internal::backend_stop(ctx, backend, platform);
    }
}

}  // namespace rproc
