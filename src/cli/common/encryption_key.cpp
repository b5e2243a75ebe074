// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/encryption_key.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "rproc/firmware/secret.hpp"

namespace rproc::cli {
namespace {

std::optional<unsigned> hex_digit(std::byte digit) {
    constexpr std::string_view kDigits = "0123456789abcdefABCDEF";
    const auto place = kDigits.find(std::to_integer<char>(digit));
    if (place == std::string_view::npos) return std::nullopt;
    return static_cast<unsigned>(place < 16 ? place : place - 6);
}

std::optional<AesKey> key_in_hex(std::span<const std::byte> digits) {
    AesKey key{};
    if (digits.size() == 2 * key.size() + 1 && digits.back() == std::byte{'\n'}) digits = digits.first(2 * key.size());
    if (digits.size() != 2 * key.size()) return std::nullopt;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const auto high = hex_digit(digits[2 * i]);
        const auto low = hex_digit(digits[2 * i + 1]);
        if (!high || !low) return std::nullopt;
        key[i] = static_cast<std::byte>(*high << 4U | *low);
    }
    return key;
}

}  // namespace

constexpr ErrorText kNoAesKey{.code = ErrorCode::key_malformed,
                              .message = "is no AES-256 key",
                              .hint = "32 bytes, or 64 hexadecimal digits: openssl rand -hex 32"};

Result<AesKey> read_encryption_key(const std::string& path) {
    RPROC_TRY_ASSIGN(const Secret contents, read_secret_file(path));
    AesKey key{};
    if (contents.bytes().size() == key.size()) {
        std::ranges::copy(contents.bytes(), key.begin());
        return key;
    }
    if (const auto from_hex = key_in_hex(contents.bytes())) return *from_hex;
    return fail(kNoAesKey, place::File{path});
}

}  // namespace rproc::cli
