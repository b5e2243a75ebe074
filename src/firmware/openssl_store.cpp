// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/openssl_store.hpp"

#include <utility>

#include <fmt/format.h>

#include "firmware/openssl_engine.hpp"

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

/// The text of OpenSSL's last error, if any.
std::string last_reason() {
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == nullptr ? std::string() : fmt::format(" (OpenSSL: {})", reason);
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

}  // namespace

std::string without_query(const std::string& uri) { return uri.substr(0, uri.find('?')); }

Result<Key> load_from_store(const std::string& uri, Passphrase& passphrase) {
    const ErrorScope errors;
    const UiMethod questions(UI_UTIL_wrap_read_pem_callback(&Passphrase::give, 0));
    const Store store(OSSL_STORE_open(uri.c_str(), questions.get(), &passphrase, nullptr, nullptr));
    if (!store) {
        if (Key key = load_from_engine(uri, questions.get(), passphrase)) return key;
        return fail(passphrase.wanted() ? no_private_key(uri, {}, passphrase) : not_opened(uri));
    }
    Found found = look_through(store.get());
    if (!found.key) return fail(no_private_key(uri, found, passphrase));
    return std::move(found.key);
}

}  // namespace rproc::openssl
