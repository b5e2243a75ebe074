// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/memory/address_index.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace rproc {
namespace {

using Index = AddressIndex<DeviceSpace>;
constexpr std::uint64_t kTop = std::numeric_limits<std::uint64_t>::max();

/// Pieces of memory with distinct bytes, and the index over them.
class Pieces {
  public:
    Pieces& add(std::uint64_t start, std::uint64_t size) {
        bytes_.emplace_back(size);
        pieces_.push_back({DeviceRange::make(DeviceAddress(start), size).value(), bytes_.back().data()});
        return *this;
    }
    [[nodiscard]] Index index() const { return Index(pieces_); }
    [[nodiscard]] const Index::Piece& operator[](std::size_t i) const { return pieces_[i]; }

    /// The result of a linear search in the given order.
    [[nodiscard]] const std::byte* walk(std::uint64_t start, std::uint64_t size) const {
        for (const Index::Piece& piece : pieces_) {
            const std::uint64_t first = piece.range.start().value();
            if (size == 0 || start < first || start - first > piece.range.size()) continue;
            if (size <= piece.range.size() - (start - first)) return piece.data + (start - first);
        }
        return nullptr;
    }

  private:
    std::vector<std::vector<std::byte>> bytes_;
    std::vector<Index::Piece> pieces_;
};

const std::byte* found_at(const Index& index, std::uint64_t start, std::uint64_t size) {
    const auto bytes = index.find(DeviceAddress(start), size);
    EXPECT_TRUE(bytes.empty() || bytes.size() == size);
    return bytes.empty() ? nullptr : bytes.data();
}

TEST(AddressIndex, FindsNothingWhenEmpty) {
    EXPECT_TRUE(Index().find(DeviceAddress(0), 1).empty());
    EXPECT_TRUE(Index(std::vector<Index::Piece>{}).find(DeviceAddress(0), 1).empty());
}

TEST(AddressIndex, FindsExactlyTheRequestedBytes) {
    const auto pieces = Pieces().add(0x1000, 0x100);
    const Index index = pieces.index();
    EXPECT_EQ(found_at(index, 0x1000, 0x100), pieces[0].data);
    EXPECT_EQ(found_at(index, 0x1010, 0x10), pieces[0].data + 0x10);
    EXPECT_EQ(found_at(index, 0x10ff, 1), pieces[0].data + 0xff);
}

TEST(AddressIndex, FindsNothingOutside) {
    const Index index = Pieces().add(0x1000, 0x100).index();
    EXPECT_EQ(found_at(index, 0xfff, 1), nullptr);
    EXPECT_EQ(found_at(index, 0xfff, 2), nullptr);
    EXPECT_EQ(found_at(index, 0x1100, 1), nullptr);
    EXPECT_EQ(found_at(index, 0x10ff, 2), nullptr);
    EXPECT_EQ(found_at(index, 0x1000, 0x101), nullptr);
    EXPECT_EQ(found_at(index, 0, 1), nullptr);
}

TEST(AddressIndex, EmptyRangeIsNeverMapped) {
    const Index index = Pieces().add(0x1000, 0x100).index();
    EXPECT_EQ(found_at(index, 0x1000, 0), nullptr);
    EXPECT_EQ(found_at(index, 0x1100, 0), nullptr);
}

TEST(AddressIndex, NeverCrossesFromOnePieceIntoTheNext) {
    const auto pieces = Pieces().add(0x1000, 0x100).add(0x1100, 0x100);
    EXPECT_EQ(found_at(pieces.index(), 0x10ff, 2), nullptr);
    EXPECT_EQ(found_at(pieces.index(), 0x1100, 1), pieces[1].data);
}

// A lookup in 32 bits would take 0x1_0000_1000 for 0x1000.
TEST(AddressIndex, Regression64BitAddressDoesNotAliasA32BitOne) {
    const Index index = Pieces().add(0x1000, 0x100).index();
    EXPECT_EQ(found_at(index, 0x100001000, 1), nullptr);
    EXPECT_EQ(found_at(index, 0xffffffff00001000, 1), nullptr);
}

TEST(AddressIndex, RegressionSizeThatWrapsFindsNothing) {
    const Index index = Pieces().add(0x1000, 0x100).index();
    EXPECT_EQ(found_at(index, 0x1010, kTop), nullptr);
    EXPECT_EQ(found_at(index, 0x1010, kTop - 0x100f), nullptr);
    EXPECT_EQ(found_at(index, kTop, 2), nullptr);
}

TEST(AddressIndex, FindsUpToTheTopOfTheAddressSpace) {
    const auto pieces = Pieces().add(kTop - 0x100, 0x100);
    EXPECT_EQ(found_at(pieces.index(), kTop - 1, 1), pieces[0].data + 0xff);
    EXPECT_EQ(found_at(pieces.index(), kTop, 1), nullptr);
}

TEST(AddressIndex, FirstOfOverlappingPiecesWins) {
    const auto pieces = Pieces().add(0x2000, 0x100).add(0x1000, 0x2000).add(0x2080, 0x1000);
    const Index index = pieces.index();
    EXPECT_EQ(found_at(index, 0x2010, 0x10), pieces[0].data + 0x10);
    EXPECT_EQ(found_at(index, 0x2010, 0x200), pieces[1].data + 0x1010) << "the first piece does not contain them all";
    EXPECT_EQ(found_at(index, 0x2f00, 0x180), pieces[2].data + 0xe80) << "the first two pieces do not contain them all";
}

TEST(AddressIndex, FirstOfTwoEqualPiecesWins) {
    const auto pieces = Pieces().add(0x1000, 0x10).add(0x1000, 0x20);
    EXPECT_EQ(found_at(pieces.index(), 0x1000, 0x10), pieces[0].data);
    EXPECT_EQ(found_at(pieces.index(), 0x1000, 0x11), pieces[1].data);
}

TEST(AddressIndex, EmptyPiecesHideNoOther) {
    const auto pieces = Pieces().add(0x1080, 0).add(0x1000, 0x100).add(0x1100, 0);
    EXPECT_EQ(found_at(pieces.index(), 0x1080, 4), pieces[1].data + 0x80);
}

struct Shape {
    std::size_t pieces;
    std::uint64_t stride;  ///< the pieces overlap when it is less than their largest size
};

class AddressIndexAgainstLinearSearch : public ::testing::TestWithParam<Shape> {};

TEST_P(AddressIndexAgainstLinearSearch, FindsTheSamePiece) {
    std::mt19937_64 random(GetParam().pieces);  // NOLINT: the same numbers in every run
    const auto up_to = [&](std::uint64_t n) { return random() % (n + 1); };
    Pieces pieces;
    std::vector<std::uint64_t> starts;
    for (std::size_t i = 0; i < GetParam().pieces; ++i) starts.push_back(0x10000 + i * GetParam().stride);
    std::ranges::shuffle(starts, random);
    for (const std::uint64_t start : starts) pieces.add(start, 1 + up_to(0xff));
    const Index index = pieces.index();

    int found = 0;
    for (int i = 0; i < 20000; ++i) {
        const std::uint64_t start = 0xff80 + up_to(GetParam().pieces * GetParam().stride + 0x100);
        const std::uint64_t size = up_to(0x40);
        ASSERT_EQ(found_at(index, start, size), pieces.walk(start, size)) << start << " " << size;
        if (pieces.walk(start, size) != nullptr) ++found;
    }
    EXPECT_GT(found, 100) << "too few of the addresses lie in a piece";
}

INSTANTIATE_TEST_SUITE_P(Apart, AddressIndexAgainstLinearSearch,
                         ::testing::Values(Shape{1, 0x100}, Shape{2, 0x100}, Shape{3, 0x100}, Shape{16, 0x180},
                                           Shape{17, 0x100}, Shape{64, 0x100}, Shape{1000, 0x140}));
INSTANTIATE_TEST_SUITE_P(Overlapping, AddressIndexAgainstLinearSearch,
                         ::testing::Values(Shape{2, 0x40}, Shape{5, 0x80}, Shape{64, 0x20}));

}  // namespace
}  // namespace rproc
