// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/trusted_keys.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "tee/tee_fixture.hpp"

namespace rproc::tee {
namespace {

TEST(TrustedKeys, FindsTheKeyOfTheSignature) {
    const auto image = test::signed_data("app.rsa2048.signed");
    const auto package = SignedImage::parse(image).value();
    TrustedKeys keys(test::public_key("p256"));
    EXPECT_EQ(keys.find_signer(package, SignType::rsa_pkcs1_sha256), std::nullopt);
    keys.add(test::public_key("rsa2048"));
    EXPECT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys.find_signer(package, SignType::rsa_pkcs1_sha256), 1U);
}

TEST(TrustedKeys, WithoutKeysThereIsNoSigner) {
    const auto image = test::signed_data("app.rsa2048.signed");
    EXPECT_TRUE(TrustedKeys().empty());
    EXPECT_EQ(TrustedKeys().find_signer(SignedImage::parse(image).value(), SignType::rsa_pkcs1_sha256), std::nullopt);
}

}  // namespace
}  // namespace rproc::tee
