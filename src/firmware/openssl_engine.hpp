// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "firmware/openssl_keys.hpp"

namespace rproc::openssl {

/// Asks the engine that is called as the URI's scheme ("pkcs11") for a private key. Engines came before providers;
/// Debian 12 has PKCS#11 as an engine alone. An engine that gave a key stays loaded until the program ends.
/// @returns the key, or null where there is no such engine or it finds no key.
[[nodiscard]] Key load_from_engine(const std::string& uri, UI_METHOD* questions, Passphrase& passphrase);

}  // namespace rproc::openssl
