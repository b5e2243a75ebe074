// expect-error: (cannot|could not) convert .*int.* to .*DeviceAddress|no viable conversion from .*int.* to
// .*DeviceAddress SPDX-License-Identifier: BSD-2-Clause
//
// An integer does not convert to an address implicitly.
#include "rproc/memory/carveout_registry.hpp"

std::size_t bytes_at(const rproc::CarveoutRegistry& carveouts) {
#ifdef RPROC_NEGATIVE
    return carveouts.da_to_va(0x10000000, 4).size();
#else
    return carveouts.da_to_va(rproc::DeviceAddress(0x10000000), 4).size();
#endif
}
