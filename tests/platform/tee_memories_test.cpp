// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/platform/tee_memories.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rproc/platform/board.hpp"

namespace rproc::platform {
namespace {

using TeeMemory = Stm32mp15Config::TeeMemory;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

PhysicalRange range(std::uint64_t start, std::uint64_t size) {
    return *PhysicalRange::make(PhysicalAddress(start), size);
}

TeeMemory memory(const std::string& name, std::uint64_t da, std::uint64_t pa, std::uint64_t size) {
    return {name, DeviceAddress(da), range(pa, size)};
}

std::filesystem::path test_board(const std::string& name) {
    return std::filesystem::path(RPROC_TEST_BOARD_DIR) / (name + ".dtb");
}

Stm32mp15Config embedded(std::string_view name) { return embedded_board(name)->config; }

TEST(TeeMemories, AreThoseOfTheSocAndTheTable) {
    EXPECT_THAT(tee_memories(embedded("stm32mp157c-dk2-tee")),
                UnorderedElementsAre(memory("mcu_rsc_table", 0x10048000, 0x10048000, 0x8000),
                                     memory("retram", 0, 0x38000000, 0x10000),
                                     memory("mcuram2", 0x10000000, 0x10000000, 0x40000),
                                     memory("mcuram", 0x30000000, 0x30000000, 0x40000)));
}

TEST(TeeMemories, OfLinuxsNodeAreTakenAsTheyAre) {
    EXPECT_THAT(tee_memories(embedded("stm32mp157c-dk2")),
                UnorderedElementsAre(memory("retram", 0, 0x38000000, 0x10000),
                                     memory("mcuram2", 0x10000000, 0x10000000, 0x40000),
                                     memory("mcuram", 0x30000000, 0x30000000, 0x40000)));
}

TEST(TeeMemories, LeaveVirtioOutAtBothAddressesOfMcusram) {
    Stm32mp15Config config = embedded("stm32mp157c-dk2-tee");
    config.regions = {{"vdev0vring0", range(0x10010000, 0x1000)}};
    EXPECT_THAT(tee_memories(config), UnorderedElementsAre(memory("retram", 0, 0x38000000, 0x10000),
                                                           memory("mcuram2", 0x10000000, 0x10000000, 0x10000),
                                                           memory("mcuram2_2", 0x10011000, 0x10011000, 0x2f000),
                                                           memory("mcuram", 0x30000000, 0x30000000, 0x10000),
                                                           memory("mcuram_2", 0x30011000, 0x30011000, 0x2f000)));
}

TEST(TeeMemories, OfTheTeeAloneAreThoseThatLinuxDoesNotList) {
    EXPECT_THAT(
        tee_only_memories(embedded("stm32mp157c-dk2-tee")),
        UnorderedElementsAre(range(0x38000000, 0x10000), range(0x10000000, 0x40000), range(0x30000000, 0x40000)));
    EXPECT_TRUE(tee_only_memories(embedded("stm32mp157c-dk2")).empty());
}

TEST(TeeMemories, AreReadFromTheTreeOfOptee) {
    const auto memories = read_tee_memories(test_board("optee-tree"));
    ASSERT_TRUE(memories.has_value()) << memories.error().message();
    EXPECT_THAT(*memories,
                ElementsAre(memory("retram", 0, 0x38000000, 0x10000), memory("mcuram2", 0x10000000, 0x10000000, 0x2000),
                            memory("mcu_rsc_table", 0x10048000, 0x10048000, 0x8000)));
    Stm32mp15Config config = embedded("stm32mp157c-dk2-tee");
    config.tee_tree_memories = *memories;
    EXPECT_EQ(tee_memories(config), *memories);
    EXPECT_THAT(tee_only_memories(config), ElementsAre(range(0x38000000, 0x10000), range(0x10000000, 0x2000)));
}

TEST(TeeMemories, RefuseATreeWithoutOpteesNode) {
    const auto none = read_tee_memories(test_board("tee-v22"));
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().code(), ErrorCode::dt_node_missing);
    EXPECT_THAT(none.error().message(), ::testing::HasSubstr("tee-v22.dtb"));
}

}  // namespace
}  // namespace rproc::platform
