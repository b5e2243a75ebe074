// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "rproc/core/dump_segment.hpp"
#include "rproc/core/resources.hpp"
#include "rproc/memory/address.hpp"
#include "rproc/memory/carveout_registry.hpp"

namespace rproc {

/// A processor that has crashed and was stopped, with its memory as the crash left it. Valid during the call that it is
/// handed to.
struct CrashScene {
    std::string_view name;       ///< of the processor
    unsigned crash;              ///< the how-manieth
    DeviceAddress boot_address;  ///< where the core began
    const Resources& resources;
    const CarveoutRegistry& carveouts;
    std::span<const DumpSegment> dump_segments{};  ///< that the platform registered itself
};

/// Looks at a crash, for instance to write a coredump (core/coredump.hpp). Called by the thread that recovers, with the
/// processor's lock held: recovery waits until it returns, and it must not call the processor.
using CrashHandler = std::function<void(const CrashScene&)>;

}  // namespace rproc
