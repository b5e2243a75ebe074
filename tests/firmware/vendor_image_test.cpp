// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/vendor_image.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/firmware/signed_image.hpp"

namespace rproc {
namespace {

using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

wire::VendorHeader good_header() {
    wire::VendorHeader header{};
    header.magic = wire::kSignedMagic;
    header.version = wire::kSignedVersion;
    header.header_length = 56;
    header.sign_offset = 56;
    header.sign_length = 64;
    header.sign_type = 2;
    header.hash_offset = 120;
    header.hash_length = 40;
    header.img_offset = 160;
    header.img_length = 100;
    header.img_type = 1;
    return header;
}

/// A file of 260 bytes with that header; every other byte is its own offset.
Bytes file_of(const wire::VendorHeader& header) {
    Bytes bytes(260);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i & 0xffU);
    std::memcpy(bytes.data(), &header, sizeof(header));
    return bytes;
}

std::string refusal(const wire::VendorHeader& header) {
    const Bytes bytes = file_of(header);
    const auto image = VendorImage::parse(bytes);
    return image ? "ok" : image.error().message();
}

TEST(VendorImage, OffsetOfAnAbsentPartIsNotUsed) {
    wire::VendorHeader header = good_header();
    header.key_offset = 0xffffffff;
    const Bytes bytes = file_of(header);
    const auto image = VendorImage::parse(bytes);
    ASSERT_TRUE(image.has_value()) << image.error().message();
    EXPECT_TRUE(image->bytes_of(image->parts()[2]).empty());
}

TEST(VendorImage, PartsLieWhereTheHeaderSays) {
    const Bytes bytes = file_of(good_header());
    EXPECT_EQ(SignedImage::flavour_of(bytes), SignedFlavour::vendor);
    const auto image = VendorImage::parse(bytes);
    ASSERT_TRUE(image.has_value()) << image.error().message();
    const auto parts = image->parts();
    EXPECT_EQ(parts[0].name, "signature");
    EXPECT_EQ(parts[0].type, 2U);
    EXPECT_EQ(image->bytes_of(parts[0]).size(), 64U);
    EXPECT_EQ(image->bytes_of(parts[1]).front(), std::byte{120});
    EXPECT_EQ(parts[2].type, std::nullopt);
    EXPECT_TRUE(image->bytes_of(parts[2]).empty());
    EXPECT_EQ(image->image().size(), 100U);
    EXPECT_EQ(image->image().front(), std::byte{160});
}

TEST(VendorImage, PartsOutsideOfTheFileAreRefused) {
    auto header = good_header();
    header.img_length = 101;
    EXPECT_THAT(refusal(header), HasSubstr("the image (offset 160, 101 bytes) is not behind the header"));
    header = good_header();
    header.hash_length = 0xffffffff;
    EXPECT_THAT(refusal(header), HasSubstr("the hash table (offset 120, 4294967295 bytes)"));
    header = good_header();
    header.key_offset = 40;
    header.key_length = 4;
    EXPECT_THAT(refusal(header), HasSubstr("the key (offset 40, 4 bytes)"));
}

TEST(VendorImage, PartsThatOverlapAreRefused) {
    auto header = good_header();
    header.hash_offset = 119;
    EXPECT_THAT(refusal(header), HasSubstr("the signature and the hash table overlap"));
    header = good_header();
    header.key_offset = 259;
    header.key_length = 1;
    EXPECT_THAT(refusal(header), HasSubstr("the key and the image overlap"));
}

TEST(VendorImage, SignatureAndImageAreRequired) {
    auto header = good_header();
    header.sign_length = 0;
    EXPECT_THAT(refusal(header), HasSubstr("the file has no signature"));
    header = good_header();
    header.img_length = 0;
    EXPECT_THAT(refusal(header), HasSubstr("the file has no image"));
    header = good_header();
    header.hash_length = 0;
    EXPECT_EQ(refusal(header), "ok");
}

TEST(VendorImage, OtherFilesAreRefused) {
    const Bytes bytes = file_of(good_header());
    EXPECT_EQ(test::outcome(VendorImage::parse(std::span(bytes).first(55))), "signed-too-small");
    auto header = good_header();
    header.magic = 0x464c457f;
    EXPECT_EQ(test::outcome(VendorImage::parse(file_of(header))), "signed-bad-magic");
    header = good_header();
    header.version = 2;
    EXPECT_EQ(test::outcome(VendorImage::parse(file_of(header))), "signed-bad-version");
}

}  // namespace
}  // namespace rproc
