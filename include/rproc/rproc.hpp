// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/// The headers that an application needs to boot plain ELF firmware: the processor, the ELF backend, the STM32MP15 and
/// its boards. Signed firmware: rproc/secure.hpp.
#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"

namespace rproc {

/// The Cortex-M4 of an STM32MP15 that Linux loads from an ELF file.
using PlainM4 = RemoteProcessor<elf::Backend, platform::Stm32mp15>;

}  // namespace rproc
