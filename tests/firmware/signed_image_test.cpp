// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/signed_image.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "error/outcome.hpp"
#include "rproc/firmware/elf_image.hpp"
#include "support/files.hpp"

namespace rproc {
namespace {

using ::testing::ElementsAre;
using Bytes = std::vector<std::byte>;

Bytes read_vector(const std::string& name) { return test::read_bytes(RPROC_TEST_DATA_DIR "/signed/" + name); }

void put(Bytes& bytes, std::size_t offset, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes.at(offset + i) = static_cast<std::byte>(value >> (8 * i));
}

std::string refusal(const Bytes& bytes) { return test::outcome(SignedImage::parse(bytes)); }

std::vector<std::uint32_t> types_of(const SignedImage& image) {
    std::vector<std::uint32_t> types;
    image.for_each_tlv([&](const Tlv& tlv) { types.push_back(tlv.type); });
    return types;
}

TEST(SignedImage, ReadsTheOutputOfOpteesScript) {
    const Bytes bytes = read_vector("app.rsa2048.signed");
    const auto image = SignedImage::parse(bytes);
    ASSERT_TRUE(image.has_value()) << image.error().message();

    EXPECT_EQ(image->header().sign_len, 256U);
    EXPECT_EQ(image->signature().size(), 256U);
    EXPECT_EQ(image->signed_bytes().size(), 20U + 280U);
    EXPECT_THAT(types_of(*image), ElementsAre(0x1, 0x3, 0x4, 0x5, 0x2, 0x10));
    EXPECT_EQ(image->image_count(), 1U);
    EXPECT_EQ(image->find(TlvType::sign_type)->value.front(), std::byte{1});
    EXPECT_FALSE(image->find(TlvType::key_info));
}

TEST(SignedImage, ImageIsTheSignedElfFile) {
    const Bytes bytes = read_vector("app.p256.signed");
    const auto image = SignedImage::parse(bytes);
    ASSERT_TRUE(image.has_value());
    EXPECT_EQ(image->find(TlvType::sign_type)->value.front(), std::byte{2});
    EXPECT_EQ(image->signature().size(), 64U);

    const auto inner = image->image(0);
    ASSERT_TRUE(inner.has_value());
    const Bytes elf = read_vector("app.elf");
    EXPECT_EQ(Bytes(inner->begin(), inner->begin() + static_cast<std::ptrdiff_t>(elf.size())), elf);
    EXPECT_EQ(test::outcome(image->image(1)), "signed-bad-image-table");
}

TEST(SignedImage, HashTableHasTheProgramHeadersInOrder) {
    const Bytes bytes = read_vector("two-images.rsa2048.signed");
    const auto image = SignedImage::parse(bytes);
    ASSERT_TRUE(image.has_value());
    ASSERT_EQ(image->image_count(), 2U);

    std::size_t next = 0;
    for (std::uint32_t i = 0; i < image->image_count(); ++i) {
        const auto elf = ElfImage::parse(*image->image(i));
        ASSERT_TRUE(elf.has_value());
        for (std::uint32_t k = 0; k < elf->segment_count(); ++k) {
            ASSERT_LT(next, image->hash_count());
            EXPECT_EQ(image->hash(next).p_paddr, elf->segment(k).paddr.value());
            EXPECT_EQ(image->hash(next).p_filesz, elf->segment(k).filesz);
            ++next;
        }
    }
    EXPECT_EQ(next, image->hash_count());
}

TEST(SignedImage, HasKeyInfoAndPlatformTlvs) {
    const Bytes bytes = read_vector("app.keyinfo-plat.rsa2048.signed");
    const auto image = SignedImage::parse(bytes);
    ASSERT_TRUE(image.has_value());

    const auto info = image->find(TlvType::key_info);
    ASSERT_TRUE(info);
    EXPECT_EQ(Bytes(info->value.begin(), info->value.end()), read_vector("keyinfo.bin"));
    EXPECT_THAT(types_of(*image), ::testing::IsSupersetOf({0x10001U, 0x10002U}));
}

TEST(SignedImage, EveryTruncationAndExtensionIsRefused) {
    const Bytes whole = read_vector("app.rsa2048.signed");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        ASSERT_FALSE(SignedImage::parse(part).has_value()) << size;
    }
    Bytes longer = whole;
    longer.resize(longer.size() + 8);
    EXPECT_EQ(refusal(longer), "signed-size-mismatch");
}

TEST(SignedImage, HeaderFieldsAtTheirEdges) {
    const Bytes whole = read_vector("app.rsa2048.signed");
    const auto with = [&](std::size_t offset, std::uint32_t value) {
        Bytes changed = whole;
        put(changed, offset, value);
        return refusal(changed);
    };
    for (const std::uint32_t value : {0U, 1U, 0xffffffffU, 0xfffffff8U}) {
        EXPECT_EQ(with(0, value), "signed-bad-magic") << value;
        EXPECT_EQ(with(4, value), value == 1 ? "ok" : "signed-bad-version") << value;
        EXPECT_EQ(with(8, value), "signed-size-mismatch") << "tlv_len " << value;
        EXPECT_EQ(with(12, value), "signed-size-mismatch") << "sign_len " << value;
        EXPECT_EQ(with(16, value), "signed-size-mismatch") << "img_len " << value;
    }
    EXPECT_EQ(refusal({}), "signed-too-small");
}

TEST(SignedImage, TlvPastTheEndOfItsAreaIsAnErrorWithItsPlace) {
    Bytes bytes = read_vector("app.rsa2048.signed");
    put(bytes, 0x64 + 4, 193);  // the hash table, one byte longer than the area

    const auto image = SignedImage::parse(bytes);

    ASSERT_FALSE(image.has_value());
    EXPECT_EQ(image.error().code(), ErrorCode::signed_bad_tlv);
    EXPECT_EQ(image.error().where(), "TLV at 0x64");
    put(bytes, 0x64 + 4, 0xffffffff);
    EXPECT_EQ(refusal(bytes), "signed-bad-tlv");
}

TEST(SignedImage, EightZerosAtTheEndOfTheAreaArePadding) {
    Bytes bytes = read_vector("app.rsa2048.signed");
    bytes.insert(bytes.begin() + 20 + 280, 8, std::byte{0});
    put(bytes, 8, 288);

    const auto image = SignedImage::parse(bytes);

    ASSERT_TRUE(image.has_value());
    EXPECT_EQ(types_of(*image).size(), 6U);
}

TEST(SignedImage, OlderVendorFormatIsRecognised) {
    Bytes bytes(56 + 64 + 128);
    put(bytes, 0, wire::kSignedMagic);
    put(bytes, 4, 1);
    put(bytes, 8, 56 + 64);  // length of the header with its parts
    put(bytes, 12, 64);      // signature: length, offset
    put(bytes, 16, 56);
    put(bytes, 44, 128);  // image: length, offset
    put(bytes, 48, 56 + 64);

    EXPECT_EQ(SignedImage::flavour_of(bytes), SignedFlavour::vendor);
    EXPECT_EQ(refusal(bytes), "signed-vendor-format");
    EXPECT_EQ(SignedImage::flavour_of(read_vector("app.rsa4096.signed")), SignedFlavour::upstream);
    EXPECT_EQ(SignedImage::flavour_of(read_vector("app.elf")), std::nullopt);
}

TEST(SignedImage, InconsistentImageSizesAreRefused) {
    Bytes bytes = read_vector("two-images.rsa2048.signed");
    const auto sizes = SignedImage::parse(bytes)->find(TlvType::image_size)->value;
    const auto at = static_cast<std::size_t>(sizes.data() - bytes.data());
    put(bytes, at, 0xfffffff8);

    const auto image = SignedImage::parse(bytes);

    ASSERT_TRUE(image.has_value());
    EXPECT_EQ(test::outcome(image->image(0)), "signed-bad-image-table");
    EXPECT_EQ(test::outcome(image->image(1)), "signed-bad-image-table");
}

}  // namespace
}  // namespace rproc
