// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/sha256.hpp"

#include <span>
#include <string>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace rproc {
namespace {

TEST(Sha256, KnownAnswers) {
    const std::string text = "abc";  // FIPS 180-4, example B.1
    EXPECT_EQ(fmt::format("{:02x}", fmt::join(sha256(std::as_bytes(std::span(text))), "")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(fmt::format("{:02x}", fmt::join(sha256({}), "")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace rproc
