// SPDX-License-Identifier: BSD-2-Clause
// Images with the platform TLVs of this project: encrypted segments, and a version against downgrades.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/firmware/signed_builder.hpp"
#include "tee/small_image.hpp"

namespace rproc {
namespace {

using tee::ResultCode;
using test::BareTee;
using test::Bytes;
using test::SignedPackage;

constexpr std::uint32_t kEncryption = 0x10100;
constexpr std::uint32_t kIvs = 0x10101;
constexpr std::uint32_t kVersion = 0x10102;

AesKey key_of(unsigned first) {
    AesKey key;
    std::ranges::copy(test::pattern(key.size(), first), key.begin());
    return key;
}

tee::SoftwareTeePolicy with_key(const std::optional<AesKey>& key) {
    auto policy = test::trusting("p256");
    policy.decryption_key = key;
    return policy;
}

Bytes encrypted_image() {
    SignedImageBuilder builder;
    EXPECT_EQ(test::outcome(builder.add_image({"small.elf", test::small_elf()})), "ok");
    builder.encrypt(key_of(1));
    return builder.sign(test::signing_key("p256")).value();
}

/// The same as a package whose parts a test changes.
SignedPackage encrypted_package() {
    const Bytes file = encrypted_image();
    const SignedImage image = SignedImage::parse(file).value();
    SignedPackage package;
    image.for_each_tlv([&](const Tlv& tlv) {
        package.tlvs.push_back({tlv.type, Bytes(tlv.value.begin(), tlv.value.end())});
    });
    package.images.emplace_back(image.images().begin(), image.images().end());
    return package;
}

Bytes signed_again(const SignedPackage& package) { return package.sign(test::signing_key("p256")); }

bool contains(const Bytes& all, const Bytes& part) {
    return std::search(all.begin(), all.end(), part.begin(), part.end()) != all.end();
}

TEST(EncryptedImage, IsLoadedInPlainText) {
    const Bytes image = encrypted_image();
    EXPECT_TRUE(contains(test::small_elf(), test::pattern(32)));
    EXPECT_FALSE(contains(image, test::pattern(32)));
    BareTee tee(with_key(key_of(1)), test::kSmallMemories);
    EXPECT_EQ(tee.load(image), ResultCode::success) << tee.tee.last_load(0).reason;
    EXPECT_EQ(tee.seen(), test::small_elf_in_memory());
}

TEST(EncryptedImage, WithoutAKeyIsNotSupported) {
    BareTee tee(with_key(std::nullopt), test::kSmallMemories);
    tee.run_once(test::small_package().sign(test::signing_key("p256")));
    test::expect_refused_and_clear(tee, encrypted_image(), ResultCode::not_supported, "no key");
}

// CBC has no integrity: another key decrypts to other bytes without an error. The hash of the encrypted segment proves
// that the signer wrote the bytes; the provisioning of the TEE determines the key.
TEST(EncryptedImage, WithAnotherKeyLoadsOtherBytes) {
    BareTee tee(with_key(key_of(2)), test::kSmallMemories);
    EXPECT_EQ(tee.load(encrypted_image()), ResultCode::success) << tee.tee.last_load(0).reason;
    const Bytes seen = tee.seen();
    EXPECT_FALSE(contains(seen, test::pattern(32)));
    EXPECT_FALSE(contains(seen, test::pattern(16, 101)));
}

TEST(EncryptedImage, IsAuthenticatedBeforeItIsDecrypted) {
    auto package = encrypted_package();
    constexpr std::size_t kFirstSegment = 52 + 2 * 32;
    package.images[0][kFirstSegment] ^= std::byte{1};
    BareTee tee(with_key(key_of(1)), test::kSmallMemories);
    test::expect_refused_and_clear(tee, signed_again(package), ResultCode::security, "changed");
}

TEST(EncryptedImage, WithInvalidTlvsIsRefused) {
    BareTee tee(with_key(key_of(1)), test::kSmallMemories);
    const auto expect = [&](std::uint32_t type, std::size_t size, ResultCode result) {
        auto package = encrypted_package();
        package.tlv(type).value.resize(size);
        tee.run_once(encrypted_image());
        test::expect_refused_and_clear(tee, signed_again(package), result, fmt::format("TLV {:#x}: {}", type, size));
    };
    for (const std::size_t size : {0U, 1U, 16U, 31U, 33U, 48U}) expect(kIvs, size, ResultCode::bad_parameters);
    for (const std::size_t size : {0U, 2U, 4U}) expect(kEncryption, size, ResultCode::not_supported);

    auto without = encrypted_package();
    without.remove(kIvs);
    test::expect_refused_and_clear(tee, signed_again(without), ResultCode::no_data, "no IVS");
    for (const unsigned other : {0U, 2U, 255U}) {
        auto package = encrypted_package();
        package.tlv(kEncryption).value[0] = std::byte(other);
        test::expect_refused_and_clear(tee, signed_again(package), ResultCode::not_supported, "another encryption");
    }
}

TEST(EncryptedImage, WithASegmentThatIsNotAMultipleOfABlockIsRefused) {
    const Bytes elf = test::ElfImage{.segments = {{.paddr = 0, .data = test::pattern(16)},
                                                  {.paddr = 0x40, .data = test::pattern(17)}}}
                          .build();
    auto package = SignedPackage::of({elf}, SignType::ecdsa_p256_sha256);
    package.tlvs.push_back({kEncryption, {std::byte{1}}});
    package.tlvs.push_back({kIvs, Bytes(32)});
    BareTee tee(with_key(key_of(1)), test::kSmallMemories);
    test::expect_refused_and_clear(tee, signed_again(package), ResultCode::bad_format, "17 bytes");
}

// Only the TLV ENCRYPTION, which is signed, marks an image as encrypted.
TEST(EncryptedImage, IvsWithoutEncryptionAreIgnored) {
    auto package = test::small_package();
    package.tlvs.push_back({kIvs, Bytes(32)});
    BareTee tee(with_key(key_of(1)), test::kSmallMemories);
    EXPECT_EQ(tee.load(signed_again(package)), ResultCode::success) << tee.tee.last_load(0).reason;
    EXPECT_EQ(tee.seen(), test::small_elf_in_memory());
}

TEST(EncryptedImage, PlainImageIsLoadedByATeeWithAKey) {
    BareTee tee(with_key(key_of(1)), test::kSmallMemories);
    EXPECT_EQ(tee.load(signed_again(test::small_package())), ResultCode::success) << tee.tee.last_load(0).reason;
    EXPECT_EQ(tee.seen(), test::small_elf_in_memory());
}

// --- the version --------------------------------------------------------------------------------------------------

Bytes image_of_version(const std::optional<Bytes>& value) {
    auto package = test::small_package();
    if (value) package.tlvs.push_back({kVersion, *value});
    return signed_again(package);
}

Bytes word(std::uint32_t value) { return test::ByteWriter().u32(value).take(); }

tee::SoftwareTeePolicy from_version(std::uint32_t minimum) {
    auto policy = test::trusting("p256");
    policy.minimum_version = minimum;
    return policy;
}

TEST(ImageVersion, BelowTheMinimumIsRefused) {
    BareTee tee(from_version(0x100), test::kSmallMemories);
    const auto expect = [&](const std::optional<Bytes>& value, const std::string& what) {
        tee.run_once(image_of_version(word(0x100)));
        test::expect_refused_and_clear(tee, image_of_version(value), ResultCode::security, what);
    };
    expect(std::nullopt, "none");
    for (const std::uint32_t lower : {0U, 1U, 0xffU}) expect(word(lower), fmt::format("{:#x}", lower));
    for (const std::size_t size : {0U, 1U, 3U, 5U, 8U})
        expect(Bytes(size, std::byte{0xff}), fmt::format("{} bytes", size));
}

TEST(ImageVersion, AtOrAboveTheMinimumIsLoaded) {
    for (const std::uint32_t version : {0x100U, 0x101U, 0x10000U, 0xffffffffU}) {
        BareTee tee(from_version(0x100), test::kSmallMemories);
        EXPECT_EQ(tee.load(image_of_version(word(version))), ResultCode::success) << tee.tee.last_load(0).reason;
    }
}

TEST(ImageVersion, IsWrittenByTheBuilder) {
    SignedImageBuilder builder;
    ASSERT_EQ(test::outcome(builder.add_image({"small.elf", test::small_elf()})), "ok");
    builder.set_image_version(7);
    const Bytes image = builder.sign(test::signing_key("p256")).value();
    EXPECT_EQ(BareTee(from_version(7), test::kSmallMemories).load(image), ResultCode::success);
    EXPECT_EQ(BareTee(from_version(8), test::kSmallMemories).load(image), ResultCode::security);
}

TEST(ImageVersion, IsIgnoredWithoutAMinimum) {
    for (const std::optional<Bytes>& value :
         {std::optional<Bytes>(), std::optional(word(0)), std::optional(Bytes(3))}) {
        BareTee tee(from_version(0), test::kSmallMemories);
        EXPECT_EQ(tee.load(image_of_version(value)), ResultCode::success) << tee.tee.last_load(0).reason;
    }
}

}  // namespace
}  // namespace rproc
