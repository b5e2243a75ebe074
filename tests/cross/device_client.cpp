// SPDX-License-Identifier: BSD-2-Clause
// Instantiates every member of the client of /dev/teeN for the target.
#include "rproc/tee/device_client.hpp"

template class rproc::tee::BasicDeviceClient<rproc::tee::PosixOs>;
