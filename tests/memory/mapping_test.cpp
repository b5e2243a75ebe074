// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/memory/mapping.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace rproc {
namespace {

static_assert(!std::is_copy_constructible_v<Mapping> && !std::is_copy_assignable_v<Mapping>);

/// Counts the released mappings, and keeps the last one's bytes.
struct Owner {
    int released = 0;
    std::span<std::byte> last;
};

void release(void* owner, std::span<std::byte> bytes) noexcept {
    auto& to = *static_cast<Owner*>(owner);
    ++to.released;
    to.last = bytes;
}

class MappingTest : public ::testing::Test {
  protected:
    Mapping lend() { return {bytes, &release, &owner}; }

    std::array<std::byte, 16> bytes{};
    Owner owner;
};

TEST_F(MappingTest, DestructorReleasesTheBytesOnce) {
    {
        const Mapping mapping = lend();
        EXPECT_TRUE(mapping.mapped());
        EXPECT_EQ(mapping.bytes().data(), bytes.data());
        EXPECT_EQ(owner.released, 0);
    }
    EXPECT_EQ(owner.released, 1);
    EXPECT_EQ(owner.last.data(), bytes.data());
    EXPECT_EQ(owner.last.size(), bytes.size());
}

TEST_F(MappingTest, ResetReleasesTheBytesOnce) {
    Mapping mapping = lend();
    mapping.reset();
    EXPECT_EQ(owner.released, 1);
    EXPECT_FALSE(mapping.mapped());
    EXPECT_TRUE(mapping.bytes().empty());
    mapping.reset();
    EXPECT_EQ(owner.released, 1);
}

TEST_F(MappingTest, MoveTransfersTheBytes) {
    Mapping first = lend();
    Mapping second = std::move(first);
    EXPECT_FALSE(first.mapped());  // NOLINT: the moved-from state is part of the contract
    EXPECT_TRUE(first.bytes().empty());
    EXPECT_TRUE(second.mapped());
    EXPECT_EQ(owner.released, 0);
    second.reset();
    EXPECT_EQ(owner.released, 1);
}

TEST_F(MappingTest, AssignmentReleasesTheOldBytesFirst) {
    Owner other;
    std::array<std::byte, 4> more{};
    Mapping mapping = lend();
    mapping = Mapping(more, &release, &other);
    EXPECT_EQ(owner.released, 1);
    EXPECT_EQ(other.released, 0);
    EXPECT_EQ(mapping.bytes().data(), more.data());
    mapping.reset();
    EXPECT_EQ(other.released, 1);
}

TEST_F(MappingTest, SelfAssignmentKeepsTheBytes) {
    Mapping mapping = lend();
    Mapping& same = mapping;
    mapping = std::move(same);
    EXPECT_TRUE(mapping.mapped());
    EXPECT_EQ(owner.released, 0);
}

TEST(Mapping, IsUnmappedByDefault) {
    const Mapping mapping;
    EXPECT_FALSE(mapping.mapped());
    EXPECT_TRUE(mapping.bytes().empty());
}

}  // namespace
}  // namespace rproc
