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

/// Counts what comes back, and keeps what came last.
struct Owner {
    int released = 0;
    std::span<std::byte> last;
};

void take_back(void* owner, std::span<std::byte> bytes) noexcept {
    auto& to = *static_cast<Owner*>(owner);
    ++to.released;
    to.last = bytes;
}

class MappingTest : public testing::Test {
  protected:
    Mapping lend() { return {bytes, &take_back, &owner}; }

    std::array<std::byte, 16> bytes{};
    Owner owner;
};

TEST_F(MappingTest, GivesTheBytesBackOnceWhenItEnds) {
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

TEST_F(MappingTest, ResetGivesBackAtOnceAndOnlyOnce) {
    Mapping mapping = lend();
    mapping.reset();
    EXPECT_EQ(owner.released, 1);
    EXPECT_FALSE(mapping.mapped());
    EXPECT_TRUE(mapping.bytes().empty());
    mapping.reset();
    EXPECT_EQ(owner.released, 1);
}

TEST_F(MappingTest, MovingHandsTheBytesOn) {
    Mapping first = lend();
    Mapping second = std::move(first);
    EXPECT_FALSE(first.mapped());  // NOLINT: what is left of it is part of the contract
    EXPECT_TRUE(first.bytes().empty());
    EXPECT_TRUE(second.mapped());
    EXPECT_EQ(owner.released, 0);
    second.reset();
    EXPECT_EQ(owner.released, 1);
}

TEST_F(MappingTest, AssigningGivesTheOldBytesBackFirst) {
    Owner other;
    std::array<std::byte, 4> more{};
    Mapping mapping = lend();
    mapping = Mapping(more, &take_back, &other);
    EXPECT_EQ(owner.released, 1);
    EXPECT_EQ(other.released, 0);
    EXPECT_EQ(mapping.bytes().data(), more.data());
    mapping.reset();
    EXPECT_EQ(other.released, 1);
}

TEST_F(MappingTest, AssigningToItselfKeepsTheBytes) {
    Mapping mapping = lend();
    Mapping& same = mapping;
    mapping = std::move(same);
    EXPECT_TRUE(mapping.mapped());
    EXPECT_EQ(owner.released, 0);
}

TEST(Mapping, IsUnmappedAtFirst) {
    const Mapping mapping;
    EXPECT_FALSE(mapping.mapped());
    EXPECT_TRUE(mapping.bytes().empty());
}

}  // namespace
}  // namespace rproc
