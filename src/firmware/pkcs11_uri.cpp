// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/pkcs11_uri.hpp"

#include <charconv>
#include <cstdint>
#include <utility>

#include "firmware/openssl_store.hpp"

namespace rproc::openssl {
namespace {

constexpr std::string_view kScheme = "pkcs11:";
constexpr std::string_view kFile = "file:";

constexpr ErrorText bad_uri(std::string_view message) {
    return {.code = ErrorCode::key_unsupported,
            .message = message,
            .hint = "a PKCS#11 URI is pkcs11:token=NAME;object=NAME?pin-source=/PATH (RFC 7512)"};
}
constexpr ErrorText kBadEscape = bad_uri("has a % without two hexadecimal digits in its attribute {0}");
constexpr ErrorText kTwice = bad_uri("has the attribute {0} twice");
constexpr ErrorText kNoAbsolutePath = bad_uri("its attribute {0} is not an absolute path");
constexpr ErrorText kNoFile = bad_uri("its pin-source is not a file");

std::optional<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            plain += text[i];
            continue;
        }
        std::uint8_t byte = 0;
        if (text.size() - i < 3) return std::nullopt;
        const char* const end = text.data() + i + 3;
        if (const auto [stop, error] = std::from_chars(text.data() + i + 1, end, byte, 16);
            error != std::errc() || stop != end)
            return std::nullopt;
        plain += static_cast<char>(byte);
        i += 2;
    }
    return plain;
}

/// The path behind an optional `file:` or `file://`.
std::string path_in(const std::string& source) {
    if (!source.starts_with(kFile)) return source;
    const std::string path = source.substr(kFile.size());
    return path.starts_with("//") ? path.substr(2) : path;
}

/// Whether the attribute was one that `parts` keeps.
Result<bool> take(Pkcs11Uri& parts, std::string_view attribute, const Place& where) {
    const auto equals = attribute.find('=');
    const std::string name(attribute.substr(0, equals));
    if (equals == std::string_view::npos || (name != "module-path" && name != "pin-source" && name != "pin-value"))
        return false;
    auto value = unescaped(attribute.substr(equals + 1));
    if (!value) return fail(kBadEscape, where, name);
    if (name == "pin-value") {
        if (parts.pin) return fail(kTwice, where, name);
        parts.pin.emplace(*value);
        return true;
    }
    std::string& path = name == "module-path" ? parts.module : parts.pin_source;
    if (!path.empty()) return fail(kTwice, where, name);
    if (value->starts_with('|')) return fail(kNoFile, where);
    path = path_in(*value);
    if (!path.starts_with('/')) return fail(kNoAbsolutePath, where, name);
    return true;
}

}  // namespace

bool is_pkcs11(std::string_view uri) noexcept { return uri.starts_with(kScheme); }

Result<Pkcs11Uri> parse_pkcs11_uri(const std::string& uri) {
    const std::string name = without_query(uri);
    const Place where = place::File{name};
    Pkcs11Uri parts{.location = name, .module = {}, .pin_source = {}, .pin = {}};
    std::string_view query = std::string_view(uri).substr(name.size());
    char separator = '?';
    while (!query.empty()) {
        query.remove_prefix(1);
        const std::string_view attribute = query.substr(0, query.find('&'));
        query.remove_prefix(attribute.size());
        RPROC_TRY_ASSIGN(const bool taken, take(parts, attribute, where));
        if (taken || attribute.empty()) continue;
        parts.location.append(1, std::exchange(separator, '&')).append(attribute);
    }
    return parts;
}

Result<std::optional<Secret>> pin_of(Pkcs11Uri& uri) {
    if (uri.pin) return std::exchange(uri.pin, std::nullopt);
    if (uri.pin_source.empty()) return std::optional<Secret>();
    RPROC_TRY_ASSIGN(Secret pin, read_secret_line(uri.pin_source));
    return std::optional(std::move(pin));
}

}  // namespace rproc::openssl
