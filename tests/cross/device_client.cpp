// SPDX-License-Identifier: BSD-2-Clause
// The client of /dev/teeN compiles for the target, where it will run, as a whole: nothing here uses every member.
#include "rproc/tee/device_client.hpp"

template class rproc::tee::BasicDeviceClient<rproc::tee::PosixOs>;
