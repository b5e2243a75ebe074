// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/signing_key.hpp"

#include <openssl/rsa.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "firmware/openssl_keys.hpp"
#include "firmware/openssl_store.hpp"

namespace rproc {
namespace {

using openssl::octets;

constexpr ErrorText kNoPassphrase{.code = ErrorCode::key_passphrase,
                                  .message = "is encrypted, and its passphrase is missing or wrong"};
constexpr ErrorText kNotPrivate{.code = ErrorCode::key_not_private,
                                .message = "is a public key or a certificate; signing needs the private key"};
constexpr ErrorText kMalformed{.code = ErrorCode::key_malformed,
                               .message = "has no key that OpenSSL can read",
                               .hint = "give a private key in PEM or DER: PKCS#8, PKCS#1 or SEC1"};
constexpr ErrorText kCannotSign{.code = ErrorCode::key_unsupported,
                                .message = "the key cannot sign with {0}{1}",
                                .hint =
                                    "a token must have the mechanism CKM_{2}, and its key the attribute CKA_SIGN: see "
                                    "pkcs11-tool --list-mechanisms and --list-objects"};
constexpr ErrorText kOtherPublic{.code = ErrorCode::signature_mismatch,
                                 .message = "its public key does not verify what it signs",
                                 .hint = "a token must hold both halves of one pair under the same id"};

Error no_private_key(std::span<const std::byte> bytes, const std::string& where,
                     const openssl::Passphrase& passphrase) {
    if (passphrase.error()) return *passphrase.error();
    if (passphrase.wanted()) return Error(kNoPassphrase, place::File{where});
    if (openssl::decode_public(bytes)) return Error(kNotPrivate, place::File{where});
    return Error(kMalformed, place::File{where});
}

/// Signs with the native format of the key type: DER for ECDSA.
std::vector<std::byte> openssl_signature(EVP_PKEY* key, SignType type, std::span<const std::byte> bytes) {
    const openssl::DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;  // owned by `context`
    if (!context || EVP_DigestSignInit(context.get(), &parameters, EVP_sha256(), nullptr, key) != 1) return {};
    const bool rsa = type == SignType::rsa_pkcs1_sha256;
    if (rsa && EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) != 1) return {};
    std::size_t size = 0;
    if (EVP_DigestSign(context.get(), nullptr, &size, octets(bytes), bytes.size()) != 1) return {};
    std::vector<std::byte> signature(size);
    if (EVP_DigestSign(context.get(), octets(std::span(signature)), &size, octets(bytes), bytes.size()) != 1) return {};
    signature.resize(size);
    return signature;
}

}  // namespace

Result<SigningKey> SigningKey::own(std::shared_ptr<evp_pkey_st> key, const std::string& where) {
    RPROC_TRY(openssl::sign_type_of(key.get(), where));
    RPROC_TRY_ASSIGN(PublicKey public_half, PublicKey::parse(openssl::public_der(key.get()), where));
    return SigningKey(std::move(key), std::move(public_half));
}

Result<SigningKey> SigningKey::parse(std::span<const std::byte> bytes, const std::string& where,
                                     const AskPassphrase& ask) {
    const openssl::ErrorScope errors;
    openssl::Passphrase passphrase(ask);
    openssl::Key key = openssl::decode_private(bytes, passphrase);
    if (!key) return fail(no_private_key(bytes, where, passphrase));
    return own(std::move(key), where);
}

bool SigningKey::is_uri(const std::string& location) {
    std::error_code ignored;
    if (std::filesystem::exists(location, ignored)) return false;
    const auto colon = location.find(':');
    if (colon == std::string::npos || std::isalpha(static_cast<unsigned char>(location.front())) == 0) return false;
    const auto in_scheme = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
    };
    return std::all_of(location.begin(), location.begin() + static_cast<std::ptrdiff_t>(colon), in_scheme);
}

Result<SigningKey> SigningKey::open(const std::string& location, const AskPassphrase& ask) {
    if (!is_uri(location)) {
        RPROC_TRY_ASSIGN(const Secret contents, read_secret_file(location));
        return parse(contents.bytes(), location, ask);
    }
    const openssl::ErrorScope errors;
    RPROC_TRY_ASSIGN(openssl::Key key, openssl::load_from_store(location, ask));
    return own(std::move(key), openssl::without_query(location));
}

Result<std::vector<std::byte>> SigningKey::sign(std::span<const std::byte> bytes) const {
    const openssl::ErrorScope errors;
    const bool rsa = sign_type() == SignType::rsa_pkcs1_sha256;
    auto signature = openssl_signature(key_.get(), sign_type(), bytes);
    if (!rsa) signature = raw_ecdsa_signature(signature);
    if (signature.size() != signature_size()) {
        return fail(kCannotSign, place::Signing{}, rsa ? "RSASSA-PKCS1-v1_5" : "ECDSA", openssl::last_reason(),
                    rsa ? "RSA_PKCS" : "ECDSA");
    }
    if (!public_key_.verifies(bytes, signature)) return fail(kOtherPublic, place::Signing{});
    return signature;
}

std::vector<std::byte> raw_ecdsa_signature(std::span<const std::byte> der) {
    constexpr int kHalf = static_cast<int>(openssl::kP256Half);
    const openssl::ErrorScope errors;
    const unsigned char* next = octets(der);
    const openssl::EcdsaSignature numbers(d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(der.size())));
    if (!numbers || next != octets(der) + der.size()) return {};
    std::vector<std::byte> raw(2 * openssl::kP256Half);
    const std::span both(raw);
    const bool fits =
        BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), octets(both), kHalf) == kHalf &&
        BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), octets(both.subspan(openssl::kP256Half)), kHalf) == kHalf;
    return fits ? raw : std::vector<std::byte>();
}

}  // namespace rproc
