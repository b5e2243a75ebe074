// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "firmware/openssl_keys.hpp"
#include "rproc/firmware/sha256.hpp"

namespace rproc {
namespace {

using openssl::octets;

/// Converts an ECDSA signature to the DER form of OpenSSL; empty unless it is two numbers of 32 bytes.
std::vector<unsigned char> ecdsa_der(std::span<const std::byte> raw) {
    constexpr int kHalf = static_cast<int>(openssl::kP256Half);
    if (raw.size() != 2 * openssl::kP256Half) return {};
    const openssl::EcdsaSignature numbers(ECDSA_SIG_new());
    openssl::Bignum r(BN_bin2bn(octets(raw), kHalf, nullptr));
    openssl::Bignum s(BN_bin2bn(octets(raw.subspan(openssl::kP256Half)), kHalf, nullptr));
    if (!numbers || !r || !s || ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) != 1) return {};
    (void)r.release();  // owned by `numbers` now
    (void)s.release();
    std::vector<unsigned char> der(static_cast<std::size_t>(i2d_ECDSA_SIG(numbers.get(), nullptr)));
    unsigned char* next = der.data();
    i2d_ECDSA_SIG(numbers.get(), &next);
    return der;
}

bool openssl_verifies(EVP_PKEY* key, SignType type, std::span<const std::byte> bytes,
                      std::span<const unsigned char> signature) {
    const openssl::DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;  // owned by `context`
    if (!context || EVP_DigestVerifyInit(context.get(), &parameters, EVP_sha256(), nullptr, key) != 1) return false;
    const bool rsa = type == SignType::rsa_pkcs1_sha256;
    if (rsa && EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) != 1) return false;
    return EVP_DigestVerify(context.get(), signature.data(), signature.size(), octets(bytes), bytes.size()) == 1;
}

std::vector<std::byte> number_of(const EVP_PKEY* key, const char* parameter) {
    BIGNUM* found = nullptr;
    if (EVP_PKEY_get_bn_param(key, parameter, &found) != 1) return {};
    const openssl::Bignum number(found);
    std::vector<std::byte> bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), octets(std::span(bytes)));
    return bytes;
}

constexpr ErrorText kEncrypted{.code = ErrorCode::key_passphrase,
                               .message = "is an encrypted private key, where a public key is expected",
                               .hint = "write its public half to a file: openssl pkey -in KEY -pubout -out PUB"};
constexpr ErrorText kMalformed{.code = ErrorCode::key_malformed,
                               .message = "has no key that OpenSSL can read",
                               .hint = "give a public key or a certificate, in PEM or DER"};

Error no_key(const openssl::Passphrase& passphrase, const std::string& where) {
    return passphrase.wanted() ? Error(kEncrypted, place::File{where}) : Error(kMalformed, place::File{where});
}

}  // namespace

Result<PublicKey> PublicKey::parse(std::span<const std::byte> bytes, const std::string& where) {
    const openssl::ErrorScope errors;
    openssl::Passphrase passphrase({});
    openssl::Key key = openssl::decode_private(bytes, passphrase);
    const bool is_private = key != nullptr;
    if (!key && !passphrase.wanted()) key = openssl::decode_public(bytes);
    if (!key) return fail(no_key(passphrase, where));
    RPROC_TRY_ASSIGN(const SignType type, openssl::sign_type_of(key.get(), where));
    const auto der = openssl::public_der(key.get());
    const unsigned char* next = octets(der);
    std::shared_ptr<EVP_PKEY> public_half(d2i_PUBKEY(nullptr, &next, static_cast<long>(der.size())), EVP_PKEY_free);
    if (!public_half) return fail(no_key(passphrase, where));
    return PublicKey(std::move(public_half), type, is_private);
}

Result<PublicKey> PublicKey::read(const std::filesystem::path& path) {
    RPROC_TRY_ASSIGN(const Secret contents, read_secret_file(path));
    return parse(contents.bytes(), path.string());
}

std::size_t PublicKey::signature_size() const { return openssl::signature_size_of(key_.get(), sign_type_); }

bool PublicKey::verifies(std::span<const std::byte> bytes, std::span<const std::byte> signature) const {
    if (signature.size() != signature_size()) return false;
    const openssl::ErrorScope errors;
    if (sign_type_ == SignType::ecdsa_p256_sha256)
        return openssl_verifies(key_.get(), sign_type_, bytes, ecdsa_der(signature));
    return openssl_verifies(key_.get(), sign_type_, bytes, {octets(signature), signature.size()});
}

std::string PublicKey::description() const {
    if (sign_type_ == SignType::ecdsa_p256_sha256) return "ECDSA P-256";
    return fmt::format("RSA-{}", EVP_PKEY_get_bits(key_.get()));
}

std::vector<std::byte> PublicKey::der() const {
    const openssl::ErrorScope errors;
    return openssl::public_der(key_.get());
}

std::optional<RsaNumbers> PublicKey::rsa_numbers() const {
    if (sign_type_ != SignType::rsa_pkcs1_sha256) return std::nullopt;
    const openssl::ErrorScope errors;
    return RsaNumbers{number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N), number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E)};
}

std::string PublicKey::fingerprint() const { return fmt::format("{:02x}", fmt::join(sha256(der()), "")); }

}  // namespace rproc
