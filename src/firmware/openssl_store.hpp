// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "firmware/openssl_keys.hpp"
#include "rproc/result.hpp"

namespace rproc::openssl {

/// Loads the private key of a URI from OpenSSL's providers, then from the engine with the name of the scheme. A PKCS#11
/// URI may name the module and the PIN; see pkcs11_uri.hpp.
/// @param ask for the passphrase or PIN, unless the URI has it.
/// @returns the key, or
///   key_not_found: neither handles the URI, the PKCS#11 module cannot be loaded, or there is no such token or key;
///   key_not_private: it names a public key or a certificate;
///   key_passphrase: the PIN or passphrase is wrong or not available;
///   key_unsupported: it is no valid PKCS#11 URI;
///   or the error of the passphrase function, or of the file of the PIN.
[[nodiscard]] Result<Key> load_from_store(const std::string& uri, const Passphrase::Ask& ask);

/// A URI without its query part, for messages: the part behind '?' can contain a PIN (RFC 7512).
[[nodiscard]] std::string without_query(const std::string& uri);

}  // namespace rproc::openssl
