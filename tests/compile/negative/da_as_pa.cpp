// expect-error: (cannot|could not) convert .*Device(Address|Space).* to .*Physical(Address|Space)|no viable conversion
// from .*DeviceAddress.* to .*PhysicalAddress SPDX-License-Identifier: BSD-2-Clause
//
// A device address does not convert to a physical address.
#include "rproc/memory/carveout_registry.hpp"

std::size_t bytes_at(const rproc::CarveoutRegistry& carveouts, rproc::DeviceAddress da) {
#ifdef RPROC_NEGATIVE
    return carveouts.pa_to_va(da, 4).size();
#else
    return carveouts.da_to_va(da, 4).size();
#endif
}
