// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>

#include "rproc/core/remote_processor.hpp"

/// A piece of an application: boots the new firmware, and the golden one when the new one is refused. A template, so
/// that a test gives it a processor on a mock.
template <class Processor>
[[nodiscard]] rproc::Result<void> boot_or_fall_back(Processor& m4, rproc::FirmwareSource update,
                                                    rproc::FirmwareSource golden) {
    RPROC_TRY(m4.set_firmware(std::move(update)));
    const auto booted = m4.boot();
    if (booted) return {};
    if (booted.error().code() != rproc::ErrorCode::tee_refused) return booted;  // another image would not help
    RPROC_TRY(m4.set_firmware(std::move(golden)));
    return m4.boot();
}
