// SPDX-License-Identifier: BSD-2-Clause
#include "cli/keys/c_file.hpp"

#include <cstdint>
#include <optional>
#include <span>

#include <fmt/format.h>

namespace rproc::cli {
namespace {

constexpr std::size_t kMostExponentBytes = 4;

constexpr ErrorText kNotRsa{.code = ErrorCode::key_unsupported,
                            .message = "is a key for {0}, and OP-TEE's key file holds an RSA key",
                            .hint = "a TEE that verifies P-256 takes the key from PKEYINFO: rproc sign --pkeyinfo der"};
constexpr ErrorText kLargeExponent{.code = ErrorCode::key_unsupported,
                                   .message = "its exponent has {0} bytes, and OP-TEE's key file holds 4",
                                   .hint = "openssl genpkey makes keys with the exponent 65537"};

std::string c_bytes(std::span<const std::byte> bytes) {
    constexpr std::size_t kPerLine = 12;
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const bool first = i % kPerLine == 0;
        const bool last = i % kPerLine == kPerLine - 1 || i + 1 == bytes.size();
        text +=
            fmt::format("{}{:#04x},{}", first ? "    " : " ", std::to_integer<unsigned>(bytes[i]), last ? "\n" : "");
    }
    return text;
}

/// A file name in a comment cannot end it.
std::string comment_text(const std::string& name) {
    std::string text;
    for (const char c : name) text += c >= ' ' && c != '*' && c != '\\' ? c : '?';
    return text;
}

}  // namespace

Result<std::string> c_file_of(const PublicKey& key, const std::string& name, const std::string& prefix) {
    const auto numbers = key.rsa_numbers();
    if (!numbers) return fail(kNotRsa, place::File{name}, key.description());
    if (numbers->exponent.size() > kMostExponentBytes)
        return fail(kLargeExponent, place::File{name}, numbers->exponent.size());
    std::uint32_t exponent = 0;
    for (const std::byte b : numbers->exponent) exponent = exponent << 8U | std::to_integer<std::uint32_t>(b);
    return fmt::format(
        "/* {} {}, SHA-256 {} */\n#include <stddef.h>\n#include <stdint.h>\n\n"
        "const uint32_t {}_exponent = {};\nconst uint8_t {}_modulus[] = {{\n{}}};\n"
        "const size_t {}_modulus_size = sizeof({}_modulus);\n",
        comment_text(name), key.description(), key.fingerprint(), prefix, exponent, prefix, c_bytes(numbers->modulus),
        prefix, prefix);
}

}  // namespace rproc::cli
