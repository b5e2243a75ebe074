// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <utility>

#include "rproc/core/remote_processor.hpp"

/// Part of an application: boots the new firmware, and the golden one when the TEE refuses it. A template, so that a
/// test can pass a remote processor on a mock.
template <class Processor>
[[nodiscard]] rproc::Result<void> boot_or_fall_back(Processor& m4, rproc::FirmwareSource update,
                                                    rproc::FirmwareSource golden) {
    RPROC_TRY(m4.set_firmware(std::move(update)));
    const auto booted = m4.boot();
    if (booted) return {};
    if (booted.error().code() != rproc::ErrorCode::tee_refused) return booted;  // another image cannot fix it
    RPROC_TRY(m4.set_firmware(std::move(golden)));
    return m4.boot();
}
