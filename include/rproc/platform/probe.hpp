// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <utility>

#include "rproc/core/registry.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/result.hpp"

namespace rproc::platform {

/// Makes the processor of a board, and registers it (the kernel's probe, from rproc_alloc to rproc_add): its firmware
/// is `firmware-name` of the node, else "rproc-m4-fw", looked up at each boot; with `st,auto-boot` it boots. A boot
/// that fails is told to the observer, and the processor stays registered, as in Linux.
/// @tparam Processor a RemoteProcessor, made from `backend`, `platform` and `more`.
/// @param platform has the configuration that was read from the tree, as Stm32mp15 has.
/// @returns the processor, or
///   processor_taken: a registered processor has its name or phandle.
template <class Processor, class Backend, class Platform, class... More>
[[nodiscard]] Result<std::shared_ptr<Processor>> probe(ProcessorRegistry& registry, const FirmwareSearchPath& firmware,
                                                       Backend backend, Platform platform, More... more) {
    FirmwareSource source = firmware.source(platform.config().default_firmware());
    const auto phandle = platform.config().phandle;
    auto processor = std::make_shared<Processor>(std::move(backend), std::move(platform), std::move(more)...);
    RPROC_TRY(processor->set_firmware(std::move(source)));
    RPROC_TRY(registry.add(processor, phandle));
    return processor;
}

}  // namespace rproc::platform
