// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "firmware/openssl_keys.hpp"

namespace rproc::openssl {

/// What became of a request to an engine.
enum class EngineAnswer {
    key,
    no_engine,  ///< there is no engine with the name of the scheme, or it cannot start
    no_module,  ///< it cannot load the PKCS#11 module
    no_key,     ///< it finds no key
    bad_uri,    ///< it does not understand the URI
    wrong_pin,
    pin_locked,  ///< after too many wrong PINs
};

/// The answer of an engine.
struct EngineKey {
    EngineAnswer answer;
    Key key;  ///< null unless `answer` is `key`
};

/// Loads a private key from the engine with the name of the URI's scheme ("pkcs11"). Engines are the predecessors of
/// providers; Debian 12 has PKCS#11 as an engine only. An engine that returned a key stays loaded until the program
/// ends.
/// @param module the file of the PKCS#11 module; empty: the engine's own choice. An engine that is loaded keeps its
///   module.
[[nodiscard]] EngineKey load_from_engine(const std::string& uri, const std::string& module, UI_METHOD* questions,
                                         Passphrase& passphrase);

}  // namespace rproc::openssl
