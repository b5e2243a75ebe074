// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/// The headers that an application needs to boot plain ELF firmware on a model: the processor, the ELF backend, the
/// STM32MP15 and its boards. Signed firmware: rproc/secure.hpp.
#include "rproc/core/remote_processor.hpp"
#include "rproc/elf/backend.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"

namespace rproc {

/// A model of the Cortex-M4 of an STM32MP15, loaded from an ELF file. No part of it reaches hardware.
using ModelM4 = RemoteProcessor<elf::Backend, platform::ModelStm32mp15>;

}  // namespace rproc
