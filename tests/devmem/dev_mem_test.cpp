// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/devmem/dev_mem.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "devmem/fake_os.hpp"

namespace rproc::devmem::test {
namespace {

struct DevMemTest : ::testing::Test {
    FakeOs os;
    MemoryDevice<FakeOs> device = *MemoryDevice<FakeOs>::open({}, os);
    BasicDevMem<FakeOs> memory{device, {range(0x4000, 0x2000), range(0x8000, 0x1000)}, range(0x10000, 0x4000)};
};

TEST_F(DevMemTest, MapsReservedMemoryAsItIs) {
    os.set_word(0x4010, 0xdead);
    {
        const auto mapping = memory.map(range(0x4010, 0x20));
        ASSERT_TRUE(mapping) << mapping.error().message();
        EXPECT_EQ(mapping->bytes()[0], std::byte{0xad});
        mapping->bytes()[4] = std::byte{0x77};
        EXPECT_EQ(memory.mapped(), 1U);
    }
    EXPECT_EQ(os.word(0x4014), 0x77U);
    EXPECT_EQ(memory.mapped(), 0U);
    EXPECT_EQ(os.state->mappings, 0);
}

TEST_F(DevMemTest, TwoMappingsOfOnePlaceShowTheSameBytesAndEndOneByOne) {
    auto first = *memory.map(range(0x4000, 0x100));
    auto second = *memory.map(range(0x4000, 0x100));
    first.bytes()[0] = std::byte{1};
    EXPECT_EQ(second.bytes()[0], std::byte{1});
    first.reset();
    EXPECT_EQ(memory.mapped(), 1U);
    second.reset();
    EXPECT_EQ(memory.mapped(), 0U);
}

TEST_F(DevMemTest, MapsNothingOutsideOfOneReservedRegion) {
    for (const PhysicalRange wrong : {range(0x3fff, 4), range(0x5fff, 2), range(0x7000, 4), range(0x5000, 0x4000)}) {
        const auto mapping = memory.map(wrong);
        ASSERT_FALSE(mapping);
        EXPECT_EQ(mapping.error().code(), ErrorCode::devmem_unreserved) << to_string(wrong);
        EXPECT_FALSE(mapping.error().hint().empty());
    }
    EXPECT_TRUE(os.state->offsets.empty());
    EXPECT_EQ(memory.map(range(0x5fff, 2)).error().what(), "runs past the end of the reserved region 0x4000+0x2000");
    EXPECT_EQ(memory.map(range(0x4000, 0)).error().code(), ErrorCode::memory_exhausted);
}

TEST_F(DevMemTest, AKernelThatRefusesIsNamed) {
    os.state->map_error = std::errc::operation_not_permitted;
    const auto mapping = memory.map(range(0x4000, 4));
    ASSERT_FALSE(mapping);
    EXPECT_EQ(mapping.error().code(), ErrorCode::devmem_strict);
    EXPECT_EQ(memory.mapped(), 0U);
}

TEST_F(DevMemTest, AllocatesClearedPagesOfThePool) {
    std::ranges::fill(os.state->bytes, std::byte{0xff});
    auto first = *memory.allocate(0x1001);
    auto second = *memory.allocate(0x1000);
    EXPECT_EQ(first.pa, PhysicalAddress(0x10000));
    EXPECT_EQ(second.pa, PhysicalAddress(0x12000));
    EXPECT_TRUE(std::ranges::all_of(first.mapping.bytes(), [](std::byte b) { return b == std::byte{0}; }));
    EXPECT_EQ(os.word(0x11004), 0xffffffffU);  // behind its end
    first.mapping.reset();
    EXPECT_EQ(memory.allocate(0x2000)->pa, PhysicalAddress(0x10000));
}

TEST_F(DevMemTest, RefusesAnAllocationThatHasNoPlace) {
    const auto too_large = memory.allocate(0x4001);
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error().code(), ErrorCode::memory_exhausted);
    EXPECT_EQ(memory.allocate(0).error().code(), ErrorCode::memory_exhausted);
    BasicDevMem<FakeOs> without_pool(device, {range(0x4000, 0x2000)});
    const auto refused = without_pool.allocate(16);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::memory_exhausted);
    EXPECT_FALSE(refused.error().hint().empty());
}

}  // namespace
}  // namespace rproc::devmem::test
