// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <utility>

#include "rproc/devmem/memory_device.hpp"

namespace rproc::devmem {

/// A call to a UIO device that failed. @returns devmem_failed.
[[nodiscard]] Error interrupt_failed(std::string_view path, std::errc error);

/// The interrupt of a UIO device, such as an IPCC's "rx". The kernel turns the interrupt off when it comes, and a write
/// of 1 turns it on again (Documentation/driver-api/uio-howto.rst). One thread at a time.
template <MemoryOs Os>
class BasicUioInterrupt {
  public:
    explicit BasicUioInterrupt(MemoryDevice<Os> device) noexcept : device_(std::move(device)) {}

    /// Turns the interrupt on, and waits for it, at most `time`.
    /// @returns true when it came: look at what has interrupted, and call again; false when it did not;
    ///   or devmem_failed: the device has no interrupt, or is gone.
    [[nodiscard]] Result<bool> wait(std::chrono::milliseconds time) {
        Os& os = device_.os();
        const auto enabled = os.enable_interrupt(device_.descriptor());
        if (!enabled) return fail(interrupt_failed(device_.path(), enabled.error()));
        const auto came = os.wait_interrupt(device_.descriptor(), time);
        // A signal of the system is no interrupt of the device; the caller decides whether to go on.
        if (!came && came.error() == std::errc::interrupted) return false;
        if (!came) return fail(interrupt_failed(device_.path(), came.error()));
        return *came;
    }

  private:
    MemoryDevice<Os> device_;
};

using UioInterrupt = BasicUioInterrupt<PosixMemoryOs>;

}  // namespace rproc::devmem
