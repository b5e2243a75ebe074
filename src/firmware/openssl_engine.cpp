// SPDX-License-Identifier: BSD-2-Clause
#define OPENSSL_SUPPRESS_DEPRECATED  // engines are, since OpenSSL 3
#include "firmware/openssl_engine.hpp"

#include <openssl/opensslconf.h>
#if !defined(OPENSSL_NO_ENGINE)
#include <openssl/engine.h>
#endif

#include <array>
#include <string_view>

namespace rproc::openssl {

#if defined(OPENSSL_NO_ENGINE)

EngineKey load_from_engine(const std::string& /*uri*/, const std::string& /*module*/, UI_METHOD* /*questions*/,
                           Passphrase& /*passphrase*/) {
    return {EngineAnswer::no_engine, nullptr};
}

#else

namespace {

/// An error of libp11, the engine of PKCS#11: the name that it gave to its part, and the reason.
struct Reason {
    std::string_view library;
    int reason;
    EngineAnswer answer;
};

/// Reasons of "PKCS#11 module" are the results of the token (CKR_...).
constexpr std::array kReasons{
    Reason{"PKCS#11 module", 0xa0, EngineAnswer::wrong_pin},   // CKR_PIN_INCORRECT
    Reason{"PKCS#11 module", 0xa1, EngineAnswer::wrong_pin},   // CKR_PIN_INVALID
    Reason{"PKCS#11 module", 0xa2, EngineAnswer::wrong_pin},   // CKR_PIN_LEN_RANGE
    Reason{"PKCS#11 module", 0xa4, EngineAnswer::pin_locked},  // CKR_PIN_LOCKED
    Reason{"libp11", 0x401, EngineAnswer::no_module},         Reason{"pkcs11 engine", 0x64, EngineAnswer::bad_uri},
};

/// The cause of a key that was not found, from OpenSSL's error queue, which is emptied.
EngineAnswer cause_of_no_key() {
    EngineAnswer answer = EngineAnswer::no_key;
    while (const unsigned long error = ERR_get_error()) {
        const char* const library = ERR_lib_error_string(error);
        for (const Reason& row : kReasons) {
            const bool same = library != nullptr && row.library == library && row.reason == ERR_GET_REASON(error);
            if (same && answer == EngineAnswer::no_key) answer = row.answer;
        }
    }
    return answer;
}

}  // namespace

EngineKey load_from_engine(const std::string& uri, const std::string& module, UI_METHOD* questions,
                           Passphrase& passphrase) {
    const std::unique_ptr<ENGINE, Release<ENGINE_free>> engine(ENGINE_by_id(uri.substr(0, uri.find(':')).c_str()));
    if (!engine) return {EngineAnswer::no_engine, nullptr};
    ENGINE_ctrl_cmd_string(engine.get(), "QUIET", nullptr, 1);  // else libp11 prints each failure on stderr
    if (!module.empty()) ENGINE_ctrl_cmd_string(engine.get(), "MODULE_PATH", module.c_str(), 1);
    if (ENGINE_init(engine.get()) != 1) return {EngineAnswer::no_engine, nullptr};
    ERR_clear_error();
    Key key(ENGINE_load_private_key(engine.get(), uri.c_str(), questions, &passphrase));
    if (key) return {EngineAnswer::key, std::move(key)};
    ENGINE_finish(engine.get());  // a key keeps the reference
    return {cause_of_no_key(), nullptr};
}

#endif

}  // namespace rproc::openssl
