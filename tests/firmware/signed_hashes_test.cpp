// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/signed_hashes.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/firmware/sha256.hpp"
#include "support/files.hpp"

namespace rproc {
namespace {

using Bytes = std::vector<std::byte>;

Bytes read_vector(const std::string& name) { return test::read_bytes(RPROC_TEST_DATA_DIR "/signed/" + name); }

std::vector<HashState> states_of(const Bytes& bytes) {
    const auto package = SignedImage::parse(bytes);
    EXPECT_TRUE(package.has_value());
    const auto hashes = check_segment_hashes(*package);
    EXPECT_TRUE(hashes.has_value()) << hashes.error().message();
    std::vector<HashState> states;
    for (const SegmentHash& hash : *hashes) states.push_back(hash.state);
    return states;
}

TEST(SignedHashes, EverySegmentOfTheVectorsMatches) {
    for (const std::string name : {"app.rsa2048.signed", "app.p256.signed", "two-images.rsa2048.signed"}) {
        const auto states = states_of(read_vector(name));
        EXPECT_GE(states.size(), 3U) << name;
        EXPECT_EQ(std::ranges::count(states, HashState::matches), std::ssize(states)) << name;
    }
}

TEST(SignedHashes, ChangedSegmentDiffers) {
    Bytes bytes = read_vector("app.rsa2048.signed");
    const auto package = SignedImage::parse(bytes);
    const auto inside = package->image(0)->subspan(0xa0, 1);  // the first byte of the first segment
    bytes.at(static_cast<std::size_t>(inside.data() - bytes.data())) ^= std::byte{1};

    const auto states = states_of(bytes);

    EXPECT_EQ(states.front(), HashState::differs);
    EXPECT_EQ(std::ranges::count(states, HashState::differs), 1);
}

TEST(SignedHashes, ChangedProgramHeaderIsMissing) {
    Bytes bytes = read_vector("app.rsa2048.signed");
    const auto package = SignedImage::parse(bytes);
    const auto paddr = package->image(0)->subspan(52 + 12, 1);  // p_paddr of the first program header
    bytes.at(static_cast<std::size_t>(paddr.data() - bytes.data())) ^= std::byte{4};

    EXPECT_EQ(states_of(bytes).front(), HashState::missing);
}

TEST(SignedHashes, ImageThatIsNotAnElfFileIsNamedInTheError) {
    Bytes bytes = read_vector("two-images.rsa2048.signed");
    const auto second = SignedImage::parse(bytes)->image(1);
    bytes.at(static_cast<std::size_t>(second->data() - bytes.data())) = std::byte{0};

    const auto package = SignedImage::parse(bytes);
    const auto hashes = check_segment_hashes(*package);

    ASSERT_FALSE(hashes.has_value());
    EXPECT_EQ(test::outcome(hashes), "elf-bad-magic");
    EXPECT_EQ(hashes.error().where().substr(0, 7), "image 1");
}

}  // namespace
}  // namespace rproc
