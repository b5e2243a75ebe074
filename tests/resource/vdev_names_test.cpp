// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/resource/vdev_names.hpp"

#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(VdevNames, AreThoseOfTheKernel) {
    EXPECT_EQ(vring_name(0, 1), "vdev0vring1");
    EXPECT_EQ(vring_name(12, 0), "vdev12vring0");
    EXPECT_EQ(buffer_name(0), "vdev0buffer");
}

}  // namespace
}  // namespace rproc
