// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rproc/firmware/public_key.hpp"
#include "rproc/firmware/secret.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// A private key that signs images: RSA of at least 2048 bits, or ECDSA on P-256. Where it lies in a token or an HSM,
/// it stays there. A cheap value; copies share the key. Signing is safe from several threads, as far as the provider
/// of a key outside is.
class SigningKey {
  public:
    /// Gives the passphrase of a key, or the PIN of a token. Called at most once, and only where one is needed; an
    /// error that it returns is handed on. Empty: there is none.
    using AskPassphrase = std::function<Result<Secret>()>;

    /// Reads PEM or DER: PKCS#8, PKCS#1 or SEC1, encrypted or not.
    /// @param where what the bytes are, for errors; usually a path.
    /// @returns the key, or
    ///   key_malformed: OpenSSL finds no key in the bytes;
    ///   key_passphrase: it is encrypted, and the passphrase is wrong, or there is none;
    ///   key_not_private: a public key or a certificate;
    ///   key_unsupported: neither RSA nor P-256, or an RSA key of less than 2048 bits;
    ///   or the error of `ask`.
    [[nodiscard]] static Result<SigningKey> parse(std::span<const std::byte> bytes, const std::string& where,
                                                  const AskPassphrase& ask);

    /// Reads a file, or asks OpenSSL for what a URI names: `file:...`, `pkcs11:...`, or whatever else the providers
    /// that its configuration loads take, or an engine of the scheme's name. What exists as a file is one.
    /// @returns the key, or
    ///   an error of `read_secret_file` or of `parse`;
    ///   key_not_found: nobody takes the URI, or it names no key.
    [[nodiscard]] static Result<SigningKey> open(const std::string& location, const AskPassphrase& ask);

    /// Whether `open` takes it for a URI.
    [[nodiscard]] static bool is_uri(const std::string& location);

    [[nodiscard]] SignType sign_type() const noexcept { return public_key_.sign_type(); }
    /// Bytes of each signature.
    [[nodiscard]] std::size_t signature_size() const { return public_key_.signature_size(); }
    [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }

    /// The signature of the bytes in the format of signed images: RSASSA-PKCS1-v1_5 or raw r and s, with SHA-256.
    /// @returns `signature_size` bytes, or key_unsupported: the key's provider refuses to sign like that.
    [[nodiscard]] Result<std::vector<std::byte>> sign(std::span<const std::byte> bytes) const;

  private:
    SigningKey(std::shared_ptr<evp_pkey_st> key, PublicKey public_key) noexcept
        : key_(std::move(key)), public_key_(std::move(public_key)) {}

    [[nodiscard]] static Result<SigningKey> own(std::shared_ptr<evp_pkey_st> key, const std::string& where);

    std::shared_ptr<evp_pkey_st> key_;
    PublicKey public_key_;
};

/// An ECDSA P-256 signature as most tools write it (DER, RFC 3279) in the format of signed images: r and s, 64 bytes;
/// empty when it is no such signature.
[[nodiscard]] std::vector<std::byte> raw_ecdsa_signature(std::span<const std::byte> der);

}  // namespace rproc
