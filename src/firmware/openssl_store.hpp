// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "firmware/openssl_keys.hpp"
#include "rproc/result.hpp"

namespace rproc::openssl {

/// Loads the private key of a URI from OpenSSL's providers, then from the engine with the name of the scheme.
/// @returns the key, or
///   key_not_found: neither handles the URI, or it names no key;
///   key_not_private: it names a public key or a certificate;
///   key_passphrase: the PIN or passphrase is wrong or not available;
///   or the error of the passphrase function.
[[nodiscard]] Result<Key> load_from_store(const std::string& uri, Passphrase& passphrase);

/// A URI without its query part, for messages: the part behind '?' can contain a PIN (RFC 7512).
[[nodiscard]] std::string without_query(const std::string& uri);

}  // namespace rproc::openssl
