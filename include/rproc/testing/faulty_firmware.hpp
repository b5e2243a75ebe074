// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>

#include "rproc/firmware/source.hpp"
#include "rproc/result.hpp"
#include "rproc/testing/faults.hpp"

namespace rproc::testing {

/// Wraps a firmware source, whose request can fail.
[[nodiscard]] inline FirmwareSource faulty_firmware(const FirmwareSource& source, Faults faults) {
    return {source.name(), [source, faults = std::move(faults)]() mutable -> Result<Firmware> {
                return faults.call({.name = "firmware.request"}, [&] { return source.request(); });
            }};
}

}  // namespace rproc::testing
