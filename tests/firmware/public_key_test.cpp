// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/public_key.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "firmware/test_keys.hpp"
#include "rproc/firmware/secret.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "support/files.hpp"

namespace rproc {
namespace {

using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

std::string path_of(const std::string& name) { return RPROC_TEST_DATA_DIR "/signed/" + name; }

PublicKey key_in(const std::string& name) { return PublicKey::read(path_of(name)).value(); }

std::string outcome_of(const std::string& text) {
    return test::outcome(PublicKey::parse(test::bytes_of(text), "the key"));
}

std::string fingerprint_of(const Bytes& bytes) {
    const auto key = PublicKey::parse(bytes, "the key");
    return key ? key->fingerprint() : key.error().message();
}

struct Vector {
    std::string image;
    std::string key;
};

const std::vector<Vector> kVectors{{"app.rsa2048.signed", "rsa2048"}, {"app.keyinfo-plat.rsa2048.signed", "rsa2048"},
                                   {"big.rsa2048.signed", "rsa2048"}, {"two-images.rsa2048.signed", "rsa2048"},
                                   {"app.rsa4096.signed", "rsa4096"}, {"app.p256.signed", "p256"}};

TEST(PublicKey, VerifiesOnlySignaturesOfItsPrivateKey) {
    for (const Vector& vector : kVectors) {
        const Bytes bytes = test::read_bytes(path_of(vector.image));
        const auto image = SignedImage::parse(bytes);
        ASSERT_TRUE(image.has_value());
        for (const std::string name : {"rsa2048", "rsa4096", "p256"}) {
            EXPECT_EQ(key_in(name + ".pub.pem").verifies(image->signed_bytes(), image->signature()), name == vector.key)
                << vector.image << " with " << name;
        }
    }
}

TEST(PublicKey, SignatureWithAChangedBitIsRefused) {
    for (const std::string name : {"rsa2048", "p256"}) {
        const Bytes bytes = test::read_bytes(path_of("app." + name + ".signed"));
        const auto image = SignedImage::parse(bytes);
        const PublicKey key = key_in(name + ".pub.pem");
        for (std::size_t i = 0; i < image->signature().size(); ++i) {
            Bytes signature(image->signature().begin(), image->signature().end());
            signature[i] ^= std::byte{1};
            EXPECT_FALSE(key.verifies(image->signed_bytes(), signature)) << name << " byte " << i;
        }
    }
}

TEST(PublicKey, SignatureOfAnotherLengthIsRefused) {
    for (const std::string name : {"rsa2048", "p256"}) {
        const Bytes bytes = test::read_bytes(path_of("app." + name + ".signed"));
        const auto image = SignedImage::parse(bytes);
        const PublicKey key = key_in(name + ".pub.pem");
        Bytes longer(image->signature().begin(), image->signature().end());
        longer.push_back(std::byte{0});
        EXPECT_FALSE(key.verifies(image->signed_bytes(), longer));
        EXPECT_FALSE(key.verifies(image->signed_bytes(), image->signature().first(key.signature_size() - 1)));
        EXPECT_FALSE(key.verifies(image->signed_bytes(), {}));
        EXPECT_FALSE(key.verifies(image->signed_bytes(), Bytes(key.signature_size())));  // zeros
        EXPECT_FALSE(key.verifies({}, image->signature()));
    }
}

TEST(PublicKey, ReportsTypeSizeAndFingerprint) {
    EXPECT_EQ(key_in("rsa2048.pub.pem").description(), "RSA-2048");
    EXPECT_EQ(key_in("rsa4096.pub.pem").description(), "RSA-4096");
    EXPECT_EQ(key_in("p256.pub.pem").description(), "ECDSA P-256");
    EXPECT_EQ(key_in("rsa4096.pub.pem").signature_size(), 512U);
    EXPECT_EQ(key_in("p256.pub.pem").signature_size(), 64U);
    EXPECT_EQ(key_in("rsa2048.pub.pem").sign_type(), SignType::rsa_pkcs1_sha256);
    EXPECT_EQ(key_in("p256.pub.pem").sign_type(), SignType::ecdsa_p256_sha256);
    // openssl pkey -pubin -in p256.pub.pem -outform DER | sha256sum
    EXPECT_EQ(key_in("p256.pub.pem").fingerprint(), "c5d4d87fc04744c7e46f6ada408646acdde840e1c9289c6a40eb4323dc7021e0");
}

TEST(PublicKey, EveryFormOfAKeyHasTheSameFingerprint) {
    const std::string p256 = key_in("p256.pub.pem").fingerprint();
    const std::string p256_pem(reinterpret_cast<const char*>(test::read_bytes(path_of("p256.pub.pem")).data()), 178);
    for (const std::string& pem : {test::kP256Compressed, test::kP256ExplicitCurve, test::kP256Certificate,
                                   test::kP256WithParameters, p256_pem}) {
        EXPECT_EQ(fingerprint_of(test::bytes_of(pem)), p256) << pem;
        EXPECT_EQ(fingerprint_of(test::der_of(pem)), p256) << "DER of " << pem;
    }
    const std::string rsa = key_in("rsa2048.pub.pem").fingerprint();
    EXPECT_NE(rsa, key_in("rsa4096.pub.pem").fingerprint());
    EXPECT_EQ(fingerprint_of(test::bytes_of(test::kRsa2048Pkcs1)), rsa);
    EXPECT_EQ(fingerprint_of(test::der_of(test::kRsa2048Pkcs1)), rsa);
}

TEST(PublicKey, PrivateKeyIsReadAsItsPublicHalfAndMarked) {
    for (const std::string name : {"rsa2048", "rsa4096", "p256"}) {
        const PublicKey given = key_in(name + ".pem");
        EXPECT_TRUE(given.came_with_private()) << name;
        EXPECT_FALSE(key_in(name + ".pub.pem").came_with_private()) << name;
        EXPECT_EQ(given.fingerprint(), key_in(name + ".pub.pem").fingerprint()) << name;
    }
    EXPECT_TRUE(key_in("p256.p8.pem").came_with_private());
}

TEST(PublicKey, KeysThatCannotVerifySignedImagesAreRefused) {
    for (const std::string& pem : {test::kRsa1024, test::kRsaPss, test::kP384, test::kEd25519}) {
        EXPECT_EQ(outcome_of(pem), "key-unsupported") << pem;
    }
    EXPECT_EQ(PublicKey::parse(test::bytes_of(test::kRsa1024), "short.pem").error().message(),
              "short.pem: an RSA key of 1024 bits is too short");
}

TEST(PublicKey, EncryptedPrivateKeyIsRefusedWithoutAPrompt) {
    EXPECT_EQ(outcome_of(test::kP256EncryptedPkcs8), "key-passphrase");
    EXPECT_EQ(outcome_of(test::kP256EncryptedSec1), "key-passphrase");
    const auto key = PublicKey::parse(test::der_of(test::kP256EncryptedPkcs8), "k.der");
    ASSERT_FALSE(key.has_value());
    EXPECT_THAT(key.error().hint(), HasSubstr("openssl pkey -in KEY -pubout"));
}

TEST(PublicKey, BytesWithoutAKeyAreRefused) {
    EXPECT_EQ(outcome_of(""), "key-malformed");
    EXPECT_EQ(outcome_of("-----BEGIN PUBLIC KEY-----\n"), "key-malformed");
    EXPECT_EQ(outcome_of(test::kP256Compressed.substr(0, 90)), "key-malformed");
    EXPECT_EQ(test::outcome(PublicKey::parse(test::read_bytes(path_of("app.elf")), "app.elf")), "key-malformed");
    Bytes der = test::der_of(test::kP256Certificate);
    der.resize(der.size() / 2);
    EXPECT_EQ(test::outcome(PublicKey::parse(der, "half")), "key-malformed");
}

TEST(PublicKey, UnreadableFileIsNamedInTheError) {
    const auto missing = PublicKey::read(path_of("no.such.pem"));
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().code(), ErrorCode::key_not_found);
    EXPECT_EQ(missing.error().where(), path_of("no.such.pem"));
    EXPECT_EQ(test::outcome(PublicKey::read(RPROC_TEST_DATA_DIR)), "firmware-unreadable");
    EXPECT_EQ(test::outcome(PublicKey::read("/dev/zero")), "key-malformed");
}

TEST(PublicKey, DerIsIndependentOfTheFormat) {
    EXPECT_EQ(key_in("rsa2048.pub.pem").der().size(), 294U);
    EXPECT_EQ(key_in("p256.pub.pem").der().size(), 91U);
    const Bytes der = key_in("p256.pub.pem").der();
    for (const std::string& text : {test::kP256Compressed, test::kP256ExplicitCurve, test::kP256Certificate})
        EXPECT_EQ(PublicKey::parse(test::bytes_of(text), "the key").value().der(), der);
    EXPECT_EQ(PublicKey::parse(der, "the key").value().fingerprint(), key_in("p256.pub.pem").fingerprint());
}

TEST(PublicKey, RsaNumbersAreThoseOfTheKey) {
    const auto numbers = key_in("rsa2048.pub.pem").rsa_numbers();
    ASSERT_TRUE(numbers.has_value());
    EXPECT_EQ(numbers->exponent, (Bytes{std::byte{1}, std::byte{0}, std::byte{1}}));
    // The modulus stands in the DER: before it a zero, after it the exponent's header of 2 bytes and its 3 bytes.
    const Bytes der = key_in("rsa2048.pub.pem").der();
    EXPECT_EQ(numbers->modulus, Bytes(der.end() - 5 - 256, der.end() - 5));
    EXPECT_FALSE(key_in("p256.pub.pem").rsa_numbers().has_value());
}

}  // namespace
}  // namespace rproc
