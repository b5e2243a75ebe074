// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "firmware/openssl_keys.hpp"

namespace rproc::openssl {

/// Loads a private key from the engine with the name of the URI's scheme ("pkcs11"). Engines are the predecessors of
/// providers; Debian 12 has PKCS#11 as an engine only. An engine that returned a key stays loaded until the program
/// ends.
/// @returns the key, or null without such an engine, or when it finds no key.
[[nodiscard]] Key load_from_engine(const std::string& uri, UI_METHOD* questions, Passphrase& passphrase);

}  // namespace rproc::openssl
