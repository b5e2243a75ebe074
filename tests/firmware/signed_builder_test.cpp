// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/signed_builder.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "firmware/test_keys.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/signed_hashes.hpp"
#include "support/files.hpp"

namespace rproc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

Bytes read_vector(const std::string& name) { return test::read_bytes(RPROC_TEST_DATA_DIR "/signed/" + name); }

Firmware firmware(const std::string& name) { return {name, read_vector(name)}; }

SigningKey key_named(const std::string& name) {
    return SigningKey::open(RPROC_TEST_DATA_DIR "/signed/" + name + ".pem", {}).value();
}

Bytes le32(std::uint32_t value) {
    Bytes bytes;
    for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
    return bytes;
}

void put(Bytes& bytes, std::size_t offset, const Bytes& value) {
    std::ranges::copy(value, bytes.begin() + static_cast<std::ptrdiff_t>(offset));
}

SignedImageBuilder with_images(const std::vector<std::string>& names) {
    SignedImageBuilder builder;
    for (const std::string& name : names) EXPECT_EQ(test::outcome(builder.add_image(firmware(name))), "ok") << name;
    return builder;
}

struct Field {
    std::size_t offset;
    Bytes value;
};

/// The result of adding app.elf with a few bytes changed.
Result<void> add_changed(const std::vector<Field>& changes) {
    Bytes elf = read_vector("app.elf");
    for (const Field& change : changes) put(elf, change.offset, change.value);
    return SignedImageBuilder().add_image({"app.elf", elf});
}

std::vector<std::uint32_t> types_of(const SignedImage& image) {
    std::vector<std::uint32_t> types;
    image.for_each_tlv([&](const Tlv& tlv) { types.push_back(tlv.type); });
    return types;
}

Bytes platform_value(const SignedImage& image, std::uint32_t type) {
    const auto tlv = image.find(static_cast<TlvType>(type));
    return tlv ? Bytes(tlv->value.begin(), tlv->value.end()) : Bytes();
}

TEST(SignedImageBuilder, OutputIsThatOfOpteesScript) {
    EXPECT_EQ(with_images({"app.elf"}).sign(key_named("rsa2048")).value(), read_vector("app.rsa2048.signed"));
    EXPECT_EQ(with_images({"app.elf"}).sign(key_named("rsa4096")).value(), read_vector("app.rsa4096.signed"));
    EXPECT_EQ(with_images({"big.elf"}).sign(key_named("rsa2048")).value(), read_vector("big.rsa2048.signed"));
    EXPECT_EQ(with_images({"app.elf", "second.elf"}).sign(key_named("rsa2048")).value(),
              read_vector("two-images.rsa2048.signed"));
}

TEST(SignedImageBuilder, KeyInfoAndPlatformTlvsHaveTheOrderOfTheScript) {
    auto builder = with_images({"app.elf"});
    EXPECT_EQ(test::outcome(builder.add_platform_tlv(0x10001, le32(7))), "ok");
    EXPECT_EQ(test::outcome(builder.add_platform_tlv(0x10002, test::bytes_of("board-a"))), "ok");
    EXPECT_EQ(test::outcome(builder.add_platform_tlv(0x10001, le32(0x10002000))), "ok");  // replaces the 7
    EXPECT_EQ(test::outcome(builder.set_key_info(read_vector("keyinfo.bin"))), "ok");
    EXPECT_EQ(builder.sign(key_named("rsa2048")).value(), read_vector("app.keyinfo-plat.rsa2048.signed"));
}

TEST(SignedImageBuilder, EcdsaPackageDiffersFromTheScriptsOnlyInItsSignature) {
    const PublicKey key = key_named("p256").public_key();
    const Bytes expected = read_vector("app.p256.signed");
    Bytes bytes = with_images({"app.elf"}).sign(key_named("p256")).value();
    const auto image = SignedImage::parse(bytes).value();
    EXPECT_TRUE(key.verifies(image.signed_bytes(), image.signature()));

    const auto theirs = SignedImage::parse(expected).value();
    const auto place = image.signature().data() - bytes.data();
    std::ranges::copy(theirs.signature(), bytes.begin() + place);
    EXPECT_EQ(bytes, expected);
}

TEST(SignedImageBuilder, ImagesOfOddSizesArePadded) {
    Bytes elf = read_vector("app.elf");
    elf.push_back(std::byte{0x77});
    SignedImageBuilder builder;
    ASSERT_EQ(test::outcome(builder.add_image({"odd.elf", elf})), "ok");
    ASSERT_EQ(test::outcome(builder.add_image({"odd.elf", elf})), "ok");
    const Bytes bytes = builder.sign(key_named("rsa2048")).value();
    const auto image = SignedImage::parse(bytes);
    ASSERT_TRUE(image.has_value()) << image.error().message();
    EXPECT_EQ(image->image(1)->size(), elf.size() + 7);
    EXPECT_EQ(image->image(1)->front(), std::byte{0x7f});
    EXPECT_EQ((*image->image(1))[elf.size() - 1], std::byte{0x77});
    EXPECT_EQ(image->image(1)->back(), std::byte{0});
}

TEST(SignedImageBuilder, ExternalSignatureFinishesThePackage) {
    const auto package = with_images({"app.elf"}).compose(SignType::rsa_pkcs1_sha256, 256).value();
    const Bytes signature = key_named("rsa2048").sign(package.signed_bytes()).value();
    EXPECT_EQ(package.finish(signature).value(), read_vector("app.rsa2048.signed"));
    EXPECT_EQ(test::outcome(package.finish(std::span(signature).first(255))), "signature-mismatch");
}

TEST(SignedImageBuilder, FilesThatOpteeDoesNotLoadAreRefused) {
    constexpr std::size_t kClass = 4;
    constexpr std::size_t kByteOrder = 5;
    constexpr std::size_t kMachine = 18;
    const auto said = [](const Result<void>& result) { return result ? "ok" : result.error().message(); };
    EXPECT_EQ(said(add_changed({})), "ok");
    EXPECT_EQ(said(add_changed({{kMachine, {std::byte{62}}}})), "app.elf: is not for Arm, but for machine 62");
    EXPECT_THAT(said(add_changed({{kClass, {std::byte{2}}}})), ::testing::StartsWith("app.elf, ELF header"));
    EXPECT_THAT(said(add_changed({{kByteOrder, {std::byte{2}}}})), HasSubstr("endian"));
    EXPECT_THAT(said(add_changed({{0, {std::byte{0}}}})), ::testing::StartsWith("app.elf, ELF header"));
    EXPECT_EQ(test::outcome(add_changed({{kClass, {std::byte{2}}}})), "image-unsignable");
    EXPECT_EQ(test::outcome(add_changed({{0, {std::byte{0}}}})), "image-unsignable");
    const auto twice = SignedImageBuilder().add_image(firmware("app.rsa2048.signed"));
    EXPECT_EQ(said(twice), "app.rsa2048.signed: is a signed image already");
    EXPECT_EQ(test::outcome(SignedImageBuilder().add_image({"empty", Bytes()})), "image-unsignable");
}

TEST(SignedImageBuilder, HeadersAndSegmentsMustLieInTheFile) {
    constexpr std::size_t kProgramHeaderOffset = 28;
    constexpr std::size_t kProgramHeaderSize = 42;
    constexpr std::size_t kProgramHeaderCount = 44;
    const Bytes elf = read_vector("app.elf");
    const auto size = static_cast<std::uint32_t>(elf.size());
    const std::size_t first = 52;  // program header
    EXPECT_EQ(test::outcome(add_changed({{first + 4, le32(size - 0xa0)}})), "image-unsignable");
    EXPECT_EQ(test::outcome(add_changed({{first + 4, le32(0xffffffff)}})), "image-unsignable");
    EXPECT_EQ(test::outcome(add_changed({{first + 16, le32(0xffffffff)}})), "image-unsignable");
    EXPECT_EQ(test::outcome(add_changed({{kProgramHeaderOffset, le32(size - 3 * 32 + 1)}})), "image-unsignable");
    EXPECT_EQ(test::outcome(add_changed({{kProgramHeaderSize, {std::byte{40}}}})), "image-unsignable");
    EXPECT_EQ(test::outcome(add_changed({{kProgramHeaderCount, {std::byte{0}}}})), "image-unsignable");
    const auto cut = add_changed({{first + 4, le32(size)}});
    ASSERT_FALSE(cut.has_value());
    EXPECT_THAT(cut.error().message(), HasSubstr("app.elf, segment 0 ("));
    EXPECT_THAT(cut.error().message(), HasSubstr("has bytes past the end of the file"));
}

TEST(SignedImageBuilder, PackageHasBetween1And255Images) {
    SignedImageBuilder builder;
    EXPECT_EQ(test::outcome(builder.compose(SignType::rsa_pkcs1_sha256, 256)), "image-unsignable");
    const Firmware image = firmware("second.elf");
    for (int i = 0; i < 255; ++i) ASSERT_EQ(test::outcome(builder.add_image(image)), "ok");
    EXPECT_EQ(test::outcome(builder.add_image(image)), "image-unsignable");
    const Bytes bytes = builder.sign(key_named("p256")).value();
    EXPECT_EQ(SignedImage::parse(bytes)->image_count(), 255U);
}

TEST(SignedImageBuilder, ReservedAndOversizedTlvsAreRefused) {
    SignedImageBuilder builder;
    for (const std::uint32_t type : {0U, 0x11U, 0xffffU, 0x20000U, 0xffffffffU})
        EXPECT_EQ(test::outcome(builder.add_platform_tlv(type, le32(1))), "tlv-unwritable") << type;
    EXPECT_EQ(test::outcome(builder.add_platform_tlv(0x10000, le32(1))), "ok");
    EXPECT_EQ(test::outcome(builder.add_platform_tlv(0x1ffff, le32(1))), "ok");
    EXPECT_EQ(test::outcome(builder.add_platform_tlv(0x10000, {})), "tlv-unwritable");
    EXPECT_EQ(test::outcome(builder.set_key_info({})), "tlv-unwritable");
}

TEST(SignedImageBuilder, VersionIsAPlatformTlv) {
    auto builder = with_images({"app.elf"});
    builder.set_image_version(0x01020304);
    const Bytes bytes = builder.sign(key_named("rsa2048")).value();
    EXPECT_EQ(platform_value(SignedImage::parse(bytes).value(), 0x10102), le32(0x01020304));
}

// ---- encryption -----------------------------------------------------------------------------------------------------

AesKey test_key() {
    AesKey key{};
    key.fill(std::byte{0x42});
    return key;
}

/// app.elf with file sizes that are multiples of 16.
Bytes aligned_app() {
    Bytes elf = read_vector("app.elf");
    const auto image = ElfImage::parse(elf).value();
    std::vector<Field> changes;
    for (std::uint32_t i = 0; i < image.segment_count(); ++i) {
        const auto size = static_cast<std::uint32_t>(image.segment(i).filesz / 16 * 16);
        changes.push_back({52 + 32 * i + 16, le32(size)});
    }
    for (const Field& change : changes) put(elf, change.offset, change.value);
    return elf;
}

TEST(SignedImageBuilder, EncryptsLoadedSegmentsAndHashesTheCiphertext) {
    const Bytes plain = aligned_app();
    SignedImageBuilder builder;
    ASSERT_EQ(test::outcome(builder.add_image({"app.elf", plain})), "ok");
    builder.encrypt(test_key());
    const Bytes bytes = builder.sign(key_named("rsa2048")).value();
    const auto package = SignedImage::parse(bytes).value();
    EXPECT_EQ(platform_value(package, 0x10100), Bytes{std::byte{1}});
    const Bytes ivs = platform_value(package, 0x10101);
    ASSERT_EQ(ivs.size(), 16 * package.hash_count());

    const auto hashes = check_segment_hashes(package).value();
    const auto image = package.image(0).value();
    Bytes decrypted(image.begin(), image.end());
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        EXPECT_EQ(hashes[i].state, HashState::matches);
        const ElfSegment& segment = hashes[i].segment;
        if (segment.filesz == 0) continue;
        const auto range = std::span(decrypted).subspan(segment.offset, segment.filesz);
        EXPECT_FALSE(std::ranges::equal(range, std::span(plain).subspan(segment.offset, segment.filesz)));
        AesIv iv{};
        std::copy_n(ivs.begin() + static_cast<std::ptrdiff_t>(16 * i), iv.size(), iv.begin());
        ASSERT_TRUE(aes256_cbc_decrypt(test_key(), iv, range));
    }
    EXPECT_EQ(decrypted, plain);  // all other bytes are unchanged
}

TEST(SignedImageBuilder, IvsAreDrawnInTheOrderOfTheHashTable) {
    SignedImageBuilder builder;
    ASSERT_EQ(test::outcome(builder.add_image({"app.elf", aligned_app()})), "ok");
    std::uint8_t next = 0;
    builder.encrypt(test_key(), [&next] {
        AesIv iv{};
        iv.front() = static_cast<std::byte>(++next);
        return iv;
    });
    const Bytes bytes = builder.sign(key_named("rsa2048")).value();
    const auto package = SignedImage::parse(bytes).value();
    const Bytes ivs = platform_value(package, 0x10101);
    for (std::size_t i = 0; i < package.hash_count(); ++i) EXPECT_EQ(ivs.at(16 * i), static_cast<std::byte>(i + 1));
    EXPECT_THAT(types_of(package), ElementsAre(0x1, 0x3, 0x4, 0x5, 0x2, 0x10, 0x10100, 0x10101));
}

/// The error of encrypting app.elf (aligned) with a few bytes changed.
std::string refused_encryption(const std::vector<Field>& changes) {
    Bytes elf = aligned_app();
    for (const Field& change : changes) put(elf, change.offset, change.value);
    SignedImageBuilder builder;
    EXPECT_EQ(test::outcome(builder.add_image({"app.elf", elf})), "ok");
    builder.encrypt(test_key());
    const auto package = builder.compose(SignType::rsa_pkcs1_sha256, 256);
    if (package) return "ok";
    EXPECT_EQ(package.error().code(), ErrorCode::image_unsignable);
    return package.error().message();
}

TEST(SignedImageBuilder, SegmentsThatCannotBeEncryptedAreNamedInTheError) {
    constexpr std::size_t kOffset = 52 + 4;  // of the first program header
    constexpr std::size_t kSize = 52 + 16;
    constexpr std::size_t kNextOffset = kOffset + 32;
    EXPECT_EQ(refused_encryption({}), "ok");
    EXPECT_THAT(refused_encryption({{kSize, le32(17)}}), HasSubstr("only multiples of 16 can be encrypted"));
    EXPECT_THAT(refused_encryption({{kOffset, le32(0)}, {kSize, le32(16)}}), HasSubstr("the ELF header"));
    EXPECT_THAT(refused_encryption({{kOffset, le32(52)}, {kSize, le32(16)}}), HasSubstr("the program headers"));
    EXPECT_THAT(refused_encryption({{kNextOffset, le32(0xa0)}}), HasSubstr("shares bytes of the file with segment"));
    const auto image = ElfImage::parse(read_vector("app.elf"));
    const auto sections = static_cast<std::uint32_t>(image->header().shoff);
    EXPECT_THAT(refused_encryption({{kOffset, le32(sections)}, {kSize, le32(16)}}), HasSubstr("the section headers"));
}

}  // namespace
}  // namespace rproc
