// SPDX-License-Identifier: BSD-2-Clause
#define OPENSSL_SUPPRESS_DEPRECATED  // engines are, since OpenSSL 3
#include "firmware/openssl_engine.hpp"

#include <openssl/opensslconf.h>
#if !defined(OPENSSL_NO_ENGINE)
#include <openssl/engine.h>
#endif

namespace rproc::openssl {

#if defined(OPENSSL_NO_ENGINE)

Key load_from_engine(const std::string& /*uri*/, UI_METHOD* /*questions*/, Passphrase& /*passphrase*/) {
    return nullptr;
}

#else

Key load_from_engine(const std::string& uri, UI_METHOD* questions, Passphrase& passphrase) {
    const std::unique_ptr<ENGINE, Release<ENGINE_free>> engine(ENGINE_by_id(uri.substr(0, uri.find(':')).c_str()));
    if (!engine || ENGINE_init(engine.get()) != 1) return nullptr;
    Key key(ENGINE_load_private_key(engine.get(), uri.c_str(), questions, &passphrase));
    if (!key) ENGINE_finish(engine.get());  // a key keeps the reference
    return key;
}

#endif

}  // namespace rproc::openssl
