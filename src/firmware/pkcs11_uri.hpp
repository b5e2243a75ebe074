// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rproc/firmware/secret.hpp"
#include "rproc/result.hpp"

namespace rproc::openssl {

/// A PKCS#11 URI (RFC 7512), divided into what names the key and how the token is reached.
struct Pkcs11Uri {
    std::string location;       ///< the URI without the attributes below
    std::string module;         ///< the file of `module-path`; empty: OpenSSL's configuration chooses the module
    std::string pin_source;     ///< the file of `pin-source`; may be empty
    std::optional<Secret> pin;  ///< the value of `pin-value`
};

/// Whether the scheme of the URI is pkcs11.
[[nodiscard]] bool is_pkcs11(std::string_view uri) noexcept;

/// Takes the attributes module-path, pin-source (a path, or `file:` and a path) and pin-value out of the URI. Others
/// stay in `location`, unchecked. Precondition: `is_pkcs11(uri)`.
/// @returns the parts, or
///   key_unsupported: a `%` without two hexadecimal digits, a pin-source that is no file, a module-path that is not
///     absolute, or an attribute that occurs twice.
[[nodiscard]] Result<Pkcs11Uri> parse_pkcs11_uri(const std::string& uri);

/// The PIN of the URI: pin-value, or the first line of the file of pin-source.
/// @returns the PIN, nothing when the URI has none, or an error of read_secret_file.
[[nodiscard]] Result<std::optional<Secret>> pin_of(Pkcs11Uri& uri);

}  // namespace rproc::openssl
