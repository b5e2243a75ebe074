// SPDX-License-Identifier: BSD-2-Clause
#include <rproc/memory/address.hpp>
#include <rproc/result.hpp>

#ifdef CONSUMER_WARNS
static int unused_on_purpose = 1;
#endif

int main() {
    const rproc::Result<rproc::DeviceAddress> address = rproc::DeviceAddress(0x1000'0000);
    const rproc::Error error(rproc::ErrorCode::table_missing, rproc::place::Firmware{"app.elf"});
    const bool has_text = error.message().starts_with("app.elf: has no section .resource_table");
    return rproc::to_string(*address) == "0x10000000" && has_text ? 0 : 1;
}
