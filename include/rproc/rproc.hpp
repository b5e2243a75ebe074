// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/// Everything that an application needs to boot firmware: the processor, the ELF backend, the STM32MP15 and its boards.
#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"

namespace rproc {

/// The Cortex-M4 of an STM32MP15, loaded by Linux from an ELF file.
using PlainM4 = RemoteProcessor<elf::Backend, platform::Stm32mp15>;

}  // namespace rproc
