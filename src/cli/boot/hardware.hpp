// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <string_view>

#include "cli/boot/reporters.hpp"
#include "cli/common/command.hpp"
#include "rproc/devmem/board.hpp"
#include "rproc/devmem/machine.hpp"
#include "rproc/firmware/source.hpp"
#include "rproc/tee/session.hpp"

namespace rproc::cli {

/// Looks whether the board can be used, before anything of it is changed, and opens it.
/// @returns the board, or
///   driver_bound: the kernel has the processor;
///   or an error of devmem::read_layout, MemoryDevice::open, devmem::open_board or devmem::check_access.
[[nodiscard]] Result<devmem::Board> open_hardware(const devmem::Machine& machine);

/// How a processor of the board is booted.
struct HardwareBoot {
    std::string_view sequence;
    tee::RunningProcessor running;    ///< where a TEE loads the firmware
    std::chrono::milliseconds limit;  ///< of the wait for OP-TEE to open its application
};

/// Boots the board's processor, keeps it running until a signal ends the command, and stops it.
ExitStatus boot_on_hardware(Console& console, devmem::Board board, const BootJob& job, const HardwareBoot& how,
                            const FirmwareSource& source, BootReporter& reporter);

}  // namespace rproc::cli
