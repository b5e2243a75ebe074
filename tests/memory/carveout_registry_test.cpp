// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/memory/carveout_registry.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/memory/model_memory.hpp"

namespace rproc {
namespace {

using test::outcome;
using ::testing::ElementsAre;

constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

Carveout retram() { return Carveout::region("retram", DeviceAddress(0), PhysicalAddress(0x38000000), 0x10000); }
Carveout mcuram() {
    return Carveout::region("mcuram", DeviceAddress(0x30000000), PhysicalAddress(0x30000000), 0x40000);
}

/// A registry with its memory, filled and indexed as by a boot.
class CarveoutRegistryTest : public ::testing::Test {
  protected:
    Carveout& add(Carveout carveout) { return *registry.add(std::move(carveout)).value(); }
    void map_all() {
        for (Carveout& carveout : registry.all()) ASSERT_EQ(outcome(registry.map(carveout, memory)), "ok");
        registry.index();
    }
    [[nodiscard]] std::size_t found(std::uint64_t da, std::uint64_t size) const {
        return registry.da_to_va(DeviceAddress(da), size).size();
    }

    ModelMemory memory;
    CarveoutRegistry registry;
};

TEST_F(CarveoutRegistryTest, FindsMappedBytesByDaAndByPa) {
    add(retram());
    add(mcuram());
    map_all();
    const auto by_da = registry.da_to_va(DeviceAddress(0x100), 0x20);
    const auto by_pa = registry.pa_to_va(PhysicalAddress(0x38000100), 0x20);
    ASSERT_EQ(by_da.size(), 0x20U);
    EXPECT_EQ(by_da.data(), by_pa.data());
    EXPECT_EQ(by_da.data(), registry.find_by_name("retram")->mapping.bytes().data() + 0x100);
}

TEST_F(CarveoutRegistryTest, ADaIsNotAPa) {
    add(retram());
    map_all();
    EXPECT_TRUE(registry.da_to_va(DeviceAddress(0x38000000), 1).empty());
    EXPECT_TRUE(registry.pa_to_va(PhysicalAddress(0), 1).empty());
}

TEST_F(CarveoutRegistryTest, FindsOnlyMappedAndIndexedCarveouts) {
    Carveout& carveout = add(retram());
    EXPECT_EQ(found(0, 1), 0U);
    ASSERT_EQ(outcome(registry.map(carveout, memory)), "ok");
    EXPECT_EQ(found(0, 1), 0U);
    registry.index();
    EXPECT_EQ(found(0, 1), 1U);
}

TEST_F(CarveoutRegistryTest, UnmappedCarveoutIsNotFoundAmongMappedOnes) {
    add(retram());
    Carveout& mapped = add(mcuram());
    ASSERT_EQ(outcome(registry.map(mapped, memory)), "ok");
    registry.index();
    EXPECT_EQ(found(0, 1), 0U);
    EXPECT_EQ(found(0x30000000, 1), 1U);
}

TEST_F(CarveoutRegistryTest, PoolIsNeitherMappedNorFound) {
    add(Carveout::pool("vdev0buffer", PhysicalAddress(0x10042000), 0x4000));
    map_all();
    EXPECT_EQ(found(0x10042000, 1), 0U);
    EXPECT_TRUE(registry.pa_to_va(PhysicalAddress(0x10042000), 1).empty());
    EXPECT_NE(registry.find_by_name("vdev0buffer"), nullptr);
    EXPECT_EQ(memory.mapped(), 0U);
}

TEST_F(CarveoutRegistryTest, RangeAcrossTwoAdjacentCarveoutsIsNotFound) {
    add(Carveout::region("a", DeviceAddress(0x1000), PhysicalAddress(0x1000), 0x1000));
    add(Carveout::region("b", DeviceAddress(0x2000), PhysicalAddress(0x2000), 0x1000));
    map_all();
    EXPECT_EQ(found(0x1fff, 2), 0U);
    EXPECT_EQ(found(0x1fff, 1), 1U);
    EXPECT_EQ(found(0x2000, 0x1000), 0x1000U);
}

TEST_F(CarveoutRegistryTest, Regression64BitDaDoesNotAliasA32BitOffset) {
    add(Carveout::region("ram", DeviceAddress(0x1000), PhysicalAddress(0x1000), 0x1000));
    map_all();
    EXPECT_EQ(found(0x100001000, 4), 0U);
    EXPECT_TRUE(registry.pa_to_va(PhysicalAddress(0x100001000), 4).empty());
}

TEST_F(CarveoutRegistryTest, RegressionRangeThatWrapsIsNotFound) {
    add(Carveout::region("ram", DeviceAddress(0x1000), PhysicalAddress(0x1000), 0x1000));
    map_all();
    EXPECT_EQ(found(0x1800, kTop - 0x17ff), 0U);
    EXPECT_EQ(found(0x1800, kTop), 0U);
    EXPECT_EQ(found(kTop, kTop), 0U);
}

TEST_F(CarveoutRegistryTest, FindByNameReturnsTheFirst) {
    Carveout& first = add(retram());
    add(retram());
    EXPECT_EQ(registry.find_by_name("retram"), &first);
    EXPECT_EQ(registry.find_by_name("retra"), nullptr);
    EXPECT_EQ(registry.find_by_name(""), nullptr);
}

TEST_F(CarveoutRegistryTest, ReferencesStayValidAsItGrows) {
    const Carveout* const first = &add(retram());
    for (int i = 0; i < 1000; ++i) add(Carveout::allocated("more", {}, 0x10));
    EXPECT_EQ(registry.find_by_name("retram"), first);
    EXPECT_EQ(first->size, 0x10000U);
}

TEST_F(CarveoutRegistryTest, LongNamesAreTruncatedAsInTheKernel) {
    const std::string name(40, 'n');
    const std::string kept(31, 'n');
    EXPECT_EQ(add(Carveout::region(name, DeviceAddress(0), PhysicalAddress(0), 4)).name, kept);
    EXPECT_EQ(add(Carveout::allocated(name, {}, 4)).name, kept);
    EXPECT_EQ(add(Carveout::pool(name, PhysicalAddress(0), 4)).name, kept);
}

TEST_F(CarveoutRegistryTest, RefusesRangesThatWrap) {
    EXPECT_EQ(outcome(registry.add(Carveout::region("da", DeviceAddress(kTop), PhysicalAddress(0), 2))),
              "address-overflow");
    EXPECT_EQ(outcome(registry.add(Carveout::region("pa", DeviceAddress(0), PhysicalAddress(kTop), 2))),
              "address-overflow");
    EXPECT_EQ(outcome(registry.add(Carveout::allocated("da", DeviceAddress(0x1000), kTop))), "address-overflow");
    EXPECT_EQ(registry.size(), 0U);
}

TEST_F(CarveoutRegistryTest, NumberOfCarveoutsIsLimited) {
    for (std::size_t i = 0; i < CarveoutRegistry::kLimit; ++i) add(Carveout::allocated("c", {}, 0x10));
    EXPECT_EQ(outcome(registry.add(Carveout::allocated("c", {}, 0x10))), "carveout-limit");
    EXPECT_EQ(registry.size(), CarveoutRegistry::kLimit);
}

TEST_F(CarveoutRegistryTest, AllocationSetsThePa) {
    Carveout& carveout = add(Carveout::allocated("heap", {}, 0x2000));
    ASSERT_EQ(outcome(registry.map(carveout, memory)), "ok");
    EXPECT_EQ(carveout.pa, ModelMemory::kPoolStart);
    EXPECT_EQ(carveout.da, std::nullopt);
    registry.index();
    EXPECT_EQ(registry.pa_to_va(ModelMemory::kPoolStart, 0x2000).size(), 0x2000U);
}

TEST_F(CarveoutRegistryTest, MappingTwiceChangesNothing) {
    Carveout& carveout = add(Carveout::allocated("heap", {}, 0x2000));
    ASSERT_EQ(outcome(registry.map(carveout, memory)), "ok");
    const auto* const bytes = carveout.mapping.bytes().data();
    ASSERT_EQ(outcome(registry.map(carveout, memory)), "ok");
    EXPECT_EQ(carveout.mapping.bytes().data(), bytes);
    EXPECT_EQ(memory.mapped(), 1U);
}

TEST_F(CarveoutRegistryTest, RefusedMappingLeavesTheCarveoutUnchanged) {
    Carveout& carveout = add(Carveout::allocated("heap", {}, ModelMemory::kLargestAllocation + 1));
    EXPECT_EQ(outcome(registry.map(carveout, memory)), "memory-exhausted");
    EXPECT_FALSE(carveout.mapping.mapped());
    EXPECT_EQ(carveout.pa, PhysicalAddress(0));
}

TEST_F(CarveoutRegistryTest, ClearRemovesEverything) {
    add(retram());
    add(Carveout::allocated("heap", {}, 0x2000));
    map_all();
    ASSERT_EQ(memory.mapped(), 2U);
    registry.clear();
    EXPECT_EQ(memory.mapped(), 0U);
    EXPECT_EQ(registry.size(), 0U);
    EXPECT_EQ(found(0, 1), 0U);
    EXPECT_EQ(registry.find_by_name("retram"), nullptr);
}

TEST(CarveoutRegistry, ReleasesMappingsInReverseOrder) {
    struct Given {
        std::vector<int>* order;
        int number;
    };
    std::vector<int> order;
    Given first{&order, 1};
    Given second{&order, 2};
    const auto release = [](void* owner, std::span<std::byte> /*bytes*/) noexcept {
        const auto* const given = static_cast<Given*>(owner);
        given->order->push_back(given->number);
    };
    std::byte byte{};
    {
        CarveoutRegistry registry;
        registry.add(retram()).value()->mapping = Mapping({&byte, 1}, release, &first);
        registry.add(mcuram()).value()->mapping = Mapping({&byte, 1}, release, &second);
    }
    EXPECT_THAT(order, ElementsAre(2, 1));
}

}  // namespace
}  // namespace rproc
