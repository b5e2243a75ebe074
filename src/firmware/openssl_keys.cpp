// SPDX-License-Identifier: BSD-2-Clause
#include "firmware/openssl_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <exception>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace rproc::openssl {
namespace {

constexpr int kLeastRsaBits = 2048;

Bio reader_of(std::span<const std::byte> bytes) {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return nullptr;
    return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Key decode(std::span<const std::byte> bytes, int selection, Passphrase& passphrase) {
    const Bio reader = reader_of(bytes);
    EVP_PKEY* found = nullptr;
    const Decoder decoder(
        OSSL_DECODER_CTX_new_for_pkey(&found, nullptr, nullptr, nullptr, selection, nullptr, nullptr));
    if (!reader || !decoder) return nullptr;
    OSSL_DECODER_CTX_set_pem_password_cb(decoder.get(), &Passphrase::give, &passphrase);
    // Other blocks may precede that of the key: `openssl ecparam -genkey` writes the curve first.
    for (auto left = BIO_pending(reader.get()) + 1; !found && BIO_pending(reader.get()) < left;) {
        left = BIO_pending(reader.get());
        OSSL_DECODER_from_bio(decoder.get(), reader.get());
    }
    return Key(found);
}

Certificate read_certificate(std::span<const std::byte> bytes) {
    const Bio text = reader_of(bytes);
    if (!text) return nullptr;
    if (X509* const certificate = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
        return Certificate(certificate);
    }
    const Bio binary = reader_of(bytes);
    return Certificate(d2i_X509_bio(binary.get(), nullptr));
}

bool is_p256(const EVP_PKEY* key) {
    std::array<char, 80> name{};
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) return false;
    return OBJ_sn2nid(name.data()) == NID_X9_62_prime256v1 || EC_curve_nist2nid(name.data()) == NID_X9_62_prime256v1;
}

std::vector<std::byte> encode_public(const EVP_PKEY* key) {
    unsigned char* encoded = nullptr;
    const int size = i2d_PUBKEY(key, &encoded);
    if (size <= 0) return {};
    const auto bytes = std::as_bytes(std::span(encoded, static_cast<std::size_t>(size)));
    std::vector<std::byte> copy(bytes.begin(), bytes.end());
    OPENSSL_free(encoded);
    return copy;
}

/// The text of a key type that signed images do not support.
constexpr ErrorText unsupported(std::string_view message) {
    return {.code = ErrorCode::key_unsupported,
            .message = message,
            .hint = "signed images take RSA of at least 2048 bits, or ECDSA on P-256"};
}
constexpr ErrorText kShortRsa = unsupported("an RSA key of {0} bits is too short");
constexpr ErrorText kOtherCurve = unsupported("this elliptic curve is not P-256");
constexpr ErrorText kOtherKind = unsupported("is a key for {0}");

}  // namespace

const Secret* Passphrase::secret() {
    if (wanted_) return secret_ ? &*secret_ : nullptr;
    wanted_ = true;
    if (!ask_) return nullptr;
    auto asked = ask_();
    if (asked) return &secret_.emplace(*std::move(asked));
    error_ = std::move(asked).error();
    return nullptr;
}

int Passphrase::give(char* buffer, int size, int /*for_writing*/, void* self) noexcept {
    try {
        const Secret* const secret = static_cast<Passphrase*>(self)->secret();
        if (secret == nullptr || std::cmp_greater(secret->text().size(), size)) return -1;
        std::ranges::copy(secret->text(), buffer);
        return static_cast<int>(secret->text().size());
    } catch (const std::exception&) {
        return -1;  // no exception may pass through OpenSSL
    }
}

Key decode_private(std::span<const std::byte> bytes, Passphrase& passphrase) {
    return decode(bytes, EVP_PKEY_KEYPAIR, passphrase);
}

Key decode_public(std::span<const std::byte> bytes) {
    Passphrase none({});
    if (Key key = decode(bytes, EVP_PKEY_PUBLIC_KEY, none)) return key;
    const Certificate certificate = read_certificate(bytes);
    return Key(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
}

Result<SignType> sign_type_of(const EVP_PKEY* key, const std::string& where) {
    if (EVP_PKEY_is_a(key, "RSA") == 1) {
        const int bits = EVP_PKEY_get_bits(key);
        if (bits >= kLeastRsaBits) return SignType::rsa_pkcs1_sha256;
        return fail(kShortRsa, place::File{where}, bits);
    }
    if (EVP_PKEY_is_a(key, "EC") == 1) {
        if (is_p256(key)) return SignType::ecdsa_p256_sha256;
        return fail(kOtherCurve, place::File{where});
    }
    const char* const name = EVP_PKEY_get0_type_name(key);
    return fail(kOtherKind, place::File{where}, name == nullptr ? "something else" : name);
}

std::vector<std::byte> public_der(const EVP_PKEY* key) {
    auto as_it_is = encode_public(key);
    const unsigned char* next = octets(std::span<const std::byte>(as_it_is));
    const Key alone(d2i_PUBKEY(nullptr, &next, static_cast<long>(as_it_is.size())));
    if (!alone || EVP_PKEY_is_a(alone.get(), "EC") != 1) return as_it_is;
    // A point may be compressed, and a curve may have explicit parameters.
    EVP_PKEY_set_utf8_string_param(alone.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");
    EVP_PKEY_set_utf8_string_param(alone.get(), OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_GROUP);
    return encode_public(alone.get());
}

std::string last_reason() {
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason == nullptr ? std::string() : fmt::format(" (OpenSSL: {})", reason);
}

std::size_t signature_size_of(const EVP_PKEY* key, SignType type) {
    if (type == SignType::ecdsa_p256_sha256) return 2 * kP256Half;
    return static_cast<std::size_t>(EVP_PKEY_get_size(key));
}

}  // namespace rproc::openssl
