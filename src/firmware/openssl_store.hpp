// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "firmware/openssl_keys.hpp"
#include "rproc/result.hpp"

namespace rproc::openssl {

/// Asks OpenSSL's providers, then the engine of the scheme's name, for the private key that a URI names.
/// @returns the key, or
///   key_not_found: neither takes the URI, or it names no key;
///   key_not_private: it names a public key or a certificate;
///   key_passphrase: the PIN or passphrase is wrong, or there is none;
///   or the error of whoever was asked for it.
[[nodiscard]] Result<Key> load_from_store(const std::string& uri, Passphrase& passphrase);

/// A URI as it may be shown: what stands behind '?' can be a PIN (RFC 7512).
[[nodiscard]] std::string without_query(const std::string& uri);

}  // namespace rproc::openssl
