// SPDX-License-Identifier: BSD-2-Clause
// attach and map of a FaultyIommu fail at the chosen call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/memory/model_iommu.hpp"
#include "rproc/testing/faulty_iommu.hpp"
#include "rproc/testing/faulty_platform.hpp"
#include "testing/wrapper_test.hpp"

namespace rproc::testing {
namespace {

using test::kSecondOp;
using test::second_fails;

using FaultyIommuTest = test::WrapperTest;

TEST_F(FaultyIommuTest, AttachAndMapOfAnIommuFail) {
    test::PlatformBehindIommu<ModelIommu> board;
    board.script = &script;
    FaultyPlatform platform(board, faults);
    EXPECT_THAT(second_fails(faults, "iommu.attach", [&] { return platform.iommu().attach(); }), kSecondOp);
    const auto page = *DeviceRange::make(DeviceAddress(0), ModelIommu::kPage);
    const auto map = [&] {
        platform.iommu().unmap(page);
        return platform.iommu().map(page, PhysicalAddress(0), 3);
    };
    EXPECT_THAT(second_fails(faults, "iommu.map", map), kSecondOp);
    EXPECT_EQ(board.domain.entries().size(), 1U);
    platform.iommu().unmap(page);
    EXPECT_TRUE(board.domain.entries().empty());
    platform.iommu().detach();
    EXPECT_FALSE(board.domain.attached());
}

}  // namespace
}  // namespace rproc::testing
