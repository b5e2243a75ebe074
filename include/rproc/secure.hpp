// SPDX-License-Identifier: BSD-2-Clause
#pragma once

/// Everything that an application needs to boot signed firmware on a model, through a TEE in the same process.
/// `DeviceClient` asks the OP-TEE of a board; its processor also needs memory and a mailbox that reach that board.
#include "rproc/core/remote_processor.hpp"
#include "rproc/platform/board.hpp"
#include "rproc/platform/stm32mp15.hpp"
#include "rproc/sim/software_tee_board.hpp"
#include "rproc/tee/device_client.hpp"
#include "rproc/tee/tee_context.hpp"

namespace rproc {

/// A model of the Cortex-M4 of an STM32MP15, loaded and started by a trusted application in this process that really
/// verifies signatures. No part of it reaches hardware.
using ModelTeeM4 = RemoteProcessor<tee::Backend<tee::SoftwareTee>, platform::ModelStm32mp15>;

}  // namespace rproc
