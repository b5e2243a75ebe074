// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/// Everything that an application needs to boot signed firmware through a TEE, on a board and in its tests.
#include "rproc/core/remote_processor.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "rproc/tee/device_client.hpp"
#include "rproc/tee/tee_context.hpp"

namespace rproc {

/// The Cortex-M4 of an STM32MP15, loaded and started by the OP-TEE of the board.
using SecureM4 = RemoteProcessor<tee::Backend<tee::DeviceClient>, platform::Stm32mp15>;

/// The same without hardware: a trusted application that really verifies signatures, in this process.
using TestM4 = RemoteProcessor<tee::Backend<tee::SoftwareTee>, platform::Stm32mp15>;

}  // namespace rproc
