// SPDX-License-Identifier: BSD-2-Clause
#include <rproc/memory/address.hpp>
#include <rproc/result.hpp>

#ifdef CONSUMER_WARNS
static int unused_on_purpose = 1;
#endif

int main() {
    const rproc::Result<rproc::DeviceAddress> address = rproc::DeviceAddress(0x1000'0000);
    return rproc::to_string(*address) == "0x10000000" ? 0 : 1;
}
