// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/memory/carveout.hpp"

#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(Carveout, DaOfAPoolIsItsPa) {
    const auto pool = Carveout::pool("vdev0buffer", PhysicalAddress(0x10042000), 0x4000);
    EXPECT_EQ(pool.da, DeviceAddress(0x10042000));
    EXPECT_EQ(pool.kind, Carveout::Kind::pool);
}

}  // namespace
}  // namespace rproc
