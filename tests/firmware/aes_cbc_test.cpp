// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/aes_cbc.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace rproc {
namespace {

using Bytes = std::vector<std::byte>;

unsigned digit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

Bytes from_hex(std::string_view text) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        bytes.push_back(static_cast<std::byte>(digit(text[i]) << 4U | digit(text[i + 1])));
    return bytes;
}

template <class Array>
Array array_of(std::string_view hex) {
    Array array{};
    std::ranges::copy(from_hex(hex), array.begin());
    return array;
}

// NIST SP 800-38A, F.2.5 and F.2.6
const auto kKey = array_of<AesKey>("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
const auto kIv = array_of<AesIv>("000102030405060708090a0b0c0d0e0f");
const Bytes kPlain = from_hex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
const Bytes kCipher = from_hex(
    "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
    "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b");

TEST(AesCbc, KnownAnswers) {
    Bytes bytes = kPlain;
    EXPECT_TRUE(aes256_cbc_encrypt(kKey, kIv, bytes));
    EXPECT_EQ(bytes, kCipher);
    EXPECT_TRUE(aes256_cbc_decrypt(kKey, kIv, bytes));
    EXPECT_EQ(bytes, kPlain);
}

TEST(AesCbc, SizeThatIsNotAMultipleOf16IsRefused) {
    for (const std::size_t size : {1U, 15U, 17U, 63U}) {
        const Bytes before(kPlain.begin(), kPlain.begin() + static_cast<std::ptrdiff_t>(size));
        Bytes bytes = before;
        EXPECT_FALSE(aes256_cbc_encrypt(kKey, kIv, bytes)) << size;
        EXPECT_FALSE(aes256_cbc_decrypt(kKey, kIv, bytes)) << size;
        EXPECT_EQ(bytes, before) << size;
    }
    EXPECT_TRUE(aes256_cbc_encrypt(kKey, kIv, {}));
}

TEST(AesCbc, SeveralMebibytesAreChained) {
    Bytes bytes((std::size_t{2} << 20U) + 48, std::byte{0x5a});
    const Bytes before = bytes;
    ASSERT_TRUE(aes256_cbc_encrypt(kKey, kIv, bytes));

    // The last three blocks, chained to the block before them.
    AesIv chained{};
    std::copy_n(bytes.end() - 64, chained.size(), chained.begin());
    Bytes tail(48, std::byte{0x5a});
    ASSERT_TRUE(aes256_cbc_encrypt(kKey, chained, tail));
    EXPECT_TRUE(std::ranges::equal(tail, std::span(bytes).last(48)));

    ASSERT_TRUE(aes256_cbc_decrypt(kKey, kIv, bytes));
    EXPECT_EQ(bytes, before);
}

TEST(AesCbc, RandomIvsDiffer) { EXPECT_NE(random_iv(), random_iv()); }

}  // namespace
}  // namespace rproc
