// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/openssl_store.hpp"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "firmware/openssl_engine.hpp"
#include "firmware/pkcs11_uri.hpp"

namespace rproc::openssl {
namespace {

/// The objects of a store under a URI.
struct Found {
    Key key;                 ///< private
    bool something = false;  ///< anything else
};

Found look_through(OSSL_STORE_CTX* store) {
    Found found;
    while (!found.key && OSSL_STORE_eof(store) == 0) {
        const StoreInfo info(OSSL_STORE_load(store));
        if (!info && OSSL_STORE_error(store) != 0) break;
        if (!info) continue;
        if (OSSL_STORE_INFO_get_type(info.get()) == OSSL_STORE_INFO_PKEY)
            found.key.reset(OSSL_STORE_INFO_get1_PKEY(info.get()));
        found.something = true;
    }
    return found;
}

constexpr ErrorText kNotOpened{
    .code = ErrorCode::key_not_found,
    .message = "OpenSSL cannot open it{0}",
    .hint =
        "is there such a key, and a provider of OpenSSL for \"{1}:\" (activated in openssl.cnf) or an engine of that "
        "name? See `openssl storeutl -keys URI`"};
constexpr ErrorText kNoPassphrase{.code = ErrorCode::key_passphrase,
                                  .message = "its passphrase or PIN is missing or wrong"};
constexpr ErrorText kNotPrivate{.code = ErrorCode::key_not_private,
                                .message = "names a public key or a certificate; signing needs the private key"};
constexpr ErrorText kNoKey{.code = ErrorCode::key_not_found,
                           .message = "names no key{0}",
                           .hint = "`openssl storeutl -keys URI` shows what it names"};

constexpr ErrorText kNoPkcs11{
    .code = ErrorCode::key_not_found,
    .message = "OpenSSL has neither a provider nor an engine for PKCS#11",
    .hint = "install the engine (in Debian: apt install libengine-pkcs11-openssl) or a PKCS#11 provider"};
constexpr ErrorText kNoModule{
    .code = ErrorCode::key_not_found,
    .message = "the PKCS#11 module cannot be loaded",
    .hint =
        "name the module of the token in the URI: ?module-path=/usr/lib/softhsm/libsofthsm2.so, or in the "
        "environment variable PKCS11_MODULE_PATH"};
constexpr ErrorText kNoModuleFile{
    .code = ErrorCode::key_not_found,
    .message = "is the PKCS#11 module of the key, and there is no such file",
    .hint = "module-path in the URI, or PKCS11_MODULE_PATH, names the module of the token"};
constexpr ErrorText kNoToken{
    .code = ErrorCode::key_not_found,
    .message = "there is no such token, or it has no such key",
    .hint = "pkcs11-tool --module MODULE --list-token-slots shows the tokens; compare the attributes of the URI"};
constexpr ErrorText kNoObject{
    .code = ErrorCode::key_not_found,
    .message = "the token has no such private key",
    .hint = "pkcs11-tool --module MODULE --login --list-objects shows its keys; compare the attributes of the URI"};
constexpr ErrorText kBadUri{.code = ErrorCode::key_unsupported,
                            .message = "is no PKCS#11 URI",
                            .hint = "for example pkcs11:token=board;object=m4"};
constexpr ErrorText kNoPin{.code = ErrorCode::key_passphrase,
                           .message = "the token needs a PIN, and none was given",
                           .hint = "name a file that has it: ?pin-source=/PATH in the URI"};
constexpr ErrorText kWrongPin{.code = ErrorCode::key_passphrase,
                              .message = "the token refuses the PIN",
                              .hint = "a token counts wrong PINs, and locks itself after some"};
constexpr ErrorText kPinLocked{.code = ErrorCode::key_passphrase,
                               .message = "the PIN of the token is locked, after too many wrong ones",
                               .hint = "the security officer of the token can set a new one"};

Error not_opened(const std::string& uri) {
    const std::string scheme = uri.substr(0, uri.find(':'));
    const std::string name = without_query(uri);
    return Error(kNotOpened, place::File{name}, last_reason(), scheme);
}

Error no_private_key(const std::string& uri, const Found& found, const Passphrase& passphrase) {
    if (passphrase.error()) return *passphrase.error();
    const std::string name = without_query(uri);
    if (passphrase.wanted()) return Error(kNoPassphrase, place::File{name});
    if (found.something) return Error(kNotPrivate, place::File{name});
    return Error(kNoKey, place::File{name}, last_reason());
}

/// Why the engine of PKCS#11 gave no key. A token is asked for its PIN before its private keys can be seen.
Error no_key_in_token(EngineAnswer answer, const std::string& name, const Passphrase& passphrase) {
    const Place where = place::File{name};
    if (passphrase.error()) return *passphrase.error();
    switch (answer) {
        case EngineAnswer::no_engine: return Error(kNoPkcs11, where);
        case EngineAnswer::no_module: return Error(kNoModule, where);
        case EngineAnswer::bad_uri: return Error(kBadUri, where);
        case EngineAnswer::wrong_pin: return Error(kWrongPin, where);
        case EngineAnswer::pin_locked: return Error(kPinLocked, where);
        case EngineAnswer::no_key:
        case EngineAnswer::key: break;
    }
    if (!passphrase.wanted()) return Error(kNoToken, where);
    return passphrase.given() ? Error(kNoObject, where) : Error(kNoPin, where);
}

/// Libraries print the failure to load a module; this is found before.
Result<void> check_module(const std::string& named) {
    const char* const variable = std::getenv("PKCS11_MODULE_PATH");
    const std::string module = named.empty() && variable != nullptr ? variable : named;
    if (module.empty() || std::filesystem::exists(module)) return {};
    return fail(kNoModuleFile, place::File{module});
}

/// The keys that OpenSSL's providers find under a URI; nothing when none of them handles it.
std::optional<Found> ask_providers(const std::string& uri, UI_METHOD* questions, Passphrase& passphrase) {
    const Store store(OSSL_STORE_open(uri.c_str(), questions, &passphrase, nullptr, nullptr));
    if (!store) return std::nullopt;
    return look_through(store.get());
}

Result<Key> load_from_token(const std::string& uri, const Passphrase::Ask& ask) {
    RPROC_TRY_ASSIGN(Pkcs11Uri parts, parse_pkcs11_uri(uri));
    RPROC_TRY_ASSIGN(std::optional<Secret> pin, pin_of(parts));
    RPROC_TRY(check_module(parts.module));
    // A std::function is copied, which a Secret is not.
    const auto held = std::make_shared<std::optional<Secret>>(std::move(pin));
    Passphrase passphrase(*held ? [held]() -> Result<Secret> { return *std::exchange(*held, std::nullopt); } : ask);
    const UiMethod questions(UI_UTIL_wrap_read_pem_callback(&Passphrase::give, 0));
    if (auto found = ask_providers(parts.location, questions.get(), passphrase)) {
        if (found->key) return std::move(found->key);
        return fail(no_private_key(uri, *found, passphrase));
    }
    EngineKey loaded = load_from_engine(parts.location, parts.module, questions.get(), passphrase);
    if (loaded.key) return std::move(loaded.key);
    return fail(no_key_in_token(loaded.answer, without_query(uri), passphrase));
}

}  // namespace

std::string without_query(const std::string& uri) { return uri.substr(0, uri.find('?')); }

Result<Key> load_from_store(const std::string& uri, const Passphrase::Ask& ask) {
    const ErrorScope errors;
    if (is_pkcs11(uri)) return load_from_token(uri, ask);
    Passphrase passphrase(ask);
    const UiMethod questions(UI_UTIL_wrap_read_pem_callback(&Passphrase::give, 0));
    if (auto found = ask_providers(uri, questions.get(), passphrase)) {
        if (found->key) return std::move(found->key);
        return fail(no_private_key(uri, *found, passphrase));
    }
    EngineKey loaded = load_from_engine(uri, {}, questions.get(), passphrase);
    if (loaded.key) return std::move(loaded.key);
    return fail(passphrase.wanted() ? no_private_key(uri, {}, passphrase) : not_opened(uri));
}

}  // namespace rproc::openssl
