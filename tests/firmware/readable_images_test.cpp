// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/readable_images.hpp"

#include <gtest/gtest.h>

#include "rproc/firmware/platform_tlvs.hpp"
#include "support/signed_package.hpp"

namespace rproc {
namespace {

using test::SignedPackage;
using test::signing_key;

constexpr auto kP256 = SignType::ecdsa_p256_sha256;

std::size_t count(const test::Bytes& file) {
    const Firmware firmware("fw", file);
    return readable_images(firmware).size();
}

TEST(ReadableImages, ElfFileIsItsOwnImage) { EXPECT_EQ(count(test::signed_data("app.elf")), 1U); }

TEST(ReadableImages, PackageHasItsImages) {
    const Firmware package("fw", test::signed_data("two-images.rsa2048.signed"));
    const auto images = readable_images(package);
    ASSERT_EQ(images.size(), 2U);
    EXPECT_TRUE(images[0].find_section(kResourceTableSection).has_value());
    EXPECT_EQ(images[1].segment_count(), 1U);
}

TEST(ReadableImages, EncryptedPackageHasNone) {
    auto package = SignedPackage::of({test::signed_data("app.elf")}, kP256);
    package.tlvs.push_back({static_cast<std::uint32_t>(PlatformTlv::encryption), {std::byte{1}}});
    EXPECT_EQ(count(package.sign(signing_key("p256"))), 0U);
}

TEST(ReadableImages, ImageThatIsNotAnElfFileIsSkipped) {
    auto package = SignedPackage::of({test::signed_data("app.elf"), test::signed_data("second.elf")}, kP256);
    package.images[0][0] = std::byte{0};
    EXPECT_EQ(count(package.sign(signing_key("p256"))), 1U);
}

TEST(ReadableImages, OtherFormatsHaveNone) { EXPECT_EQ(count(test::Bytes(100)), 0U); }

}  // namespace
}  // namespace rproc
