// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/memory/model_iommu.hpp"

#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "error/outcome.hpp"

namespace rproc {
namespace {

using test::outcome;

DeviceRange page(std::uint64_t da, std::uint64_t size = ModelIommu::kPage) {
    return *DeviceRange::make(DeviceAddress(da), size);
}

TEST(ModelIommu, RefusesAMappingBeforeAttach) {
    ModelIommu domain;
    EXPECT_EQ(outcome(domain.map(page(0x1000), PhysicalAddress(0x8000), 3)), "iommu-refused");
    EXPECT_TRUE(domain.entries().empty());
}

TEST(ModelIommu, TranslatesAMappedAddress) {
    ModelIommu domain;
    ASSERT_EQ(outcome(domain.attach()), "ok");
    ASSERT_EQ(outcome(domain.map(page(0x1000), PhysicalAddress(0x8000), 3)), "ok");
    EXPECT_EQ(domain.access(DeviceAddress(0x1010)), PhysicalAddress(0x8010));
    domain.unmap(page(0x1000));
    EXPECT_EQ(domain.access(DeviceAddress(0x1010)), std::nullopt);
}

TEST(ModelIommu, RefusesUnalignedEmptyAndOverlappingRanges) {
    ModelIommu domain;
    ASSERT_EQ(outcome(domain.attach()), "ok");
    EXPECT_EQ(outcome(domain.map(page(0x1010), PhysicalAddress(0x8000), 3)), "iommu-refused");
    EXPECT_EQ(outcome(domain.map(page(0x1000, 0), PhysicalAddress(0x8000), 3)), "iommu-refused");
    EXPECT_EQ(outcome(domain.map(page(0x1000, 0x2000), PhysicalAddress(0x8000), 3)), "ok");
    EXPECT_EQ(outcome(domain.map(page(0x2000), PhysicalAddress(0x9000), 3)), "iommu-refused");
}

TEST(ModelIommu, AccessOutsideEveryMappingCallsTheFaultHandler) {
    ModelIommu domain;
    std::optional<DeviceAddress> fault;
    domain.set_fault_handler([&](DeviceAddress da) { fault = da; });
    EXPECT_EQ(domain.access(DeviceAddress(0x5000)), std::nullopt);
    EXPECT_EQ(fault, DeviceAddress(0x5000));
}

}  // namespace
}  // namespace rproc
