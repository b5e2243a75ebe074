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

/// A private key that signs images: RSA of at least 2048 bits, or ECDSA on P-256. A key in a token or HSM stays there.
/// Cheap to copy: copies share the key.
///
/// Threads: concurrent signing is safe if the provider of the key supports it.
class SigningKey {
  public:
    /// Returns the passphrase of a key, or the PIN of a token. Called at most once, and only if one is required. Its
    /// error is passed on. Empty: no passphrase is available.
    using AskPassphrase = std::function<Result<Secret>()>;

    /// Parses PEM or DER: PKCS#8, PKCS#1 or SEC1, encrypted or not.
    /// @param where source of the bytes for errors, usually a path.
    /// @returns the key, or
    ///   key_malformed: OpenSSL finds no key in the bytes;
    ///   key_passphrase: it is encrypted, and the passphrase is wrong or not available;
    ///   key_not_private: a public key or a certificate;
    ///   key_unsupported: neither RSA nor P-256, or RSA of less than 2048 bits;
    ///   or the error of `ask`.
    [[nodiscard]] static Result<SigningKey> parse(std::span<const std::byte> bytes, const std::string& where,
                                                  const AskPassphrase& ask);

    /// Reads a key from a file, or loads the key of a URI through OpenSSL: `file:...`, `pkcs11:...`, or any other
    /// scheme of a configured provider, or of an engine with the name of the scheme. An existing file has precedence.
    /// Of a PKCS#11 URI (RFC 7512), `module-path` names the module, and `pin-source` (a file, whose first line is
    /// taken) or `pin-value` has the PIN; without them, OpenSSL's configuration and `ask` do.
    /// @returns the key, or
    ///   an error of `read_secret_file` or of `parse`;
    ///   key_not_found: no provider or engine handles the URI, its PKCS#11 module cannot be loaded, or there is no such
    ///     token or key;
    ///   key_unsupported: it is no valid PKCS#11 URI.
    [[nodiscard]] static Result<SigningKey> open(const std::string& location, const AskPassphrase& ask);

    /// Whether `open` treats the location as a URI.
    [[nodiscard]] static bool is_uri(const std::string& location);

    /// The signature type of the key.
    [[nodiscard]] SignType sign_type() const noexcept { return public_key_.sign_type(); }
    /// The size of a signature, in bytes.
    [[nodiscard]] std::size_t signature_size() const { return public_key_.signature_size(); }
    /// The public half.
    [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }

    /// Signs the bytes: RSASSA-PKCS1-v1_5, or ECDSA with raw r and s, each with SHA-256.
    /// @returns `signature_size` bytes, or
    ///   key_unsupported: the provider of the key, or its token, rejects this algorithm;
    ///   signature_mismatch: the public half that the provider gave does not verify the signature.
    [[nodiscard]] Result<std::vector<std::byte>> sign(std::span<const std::byte> bytes) const;

  private:
    SigningKey(std::shared_ptr<evp_pkey_st> key, PublicKey public_key) noexcept
        : key_(std::move(key)), public_key_(std::move(public_key)) {}

    [[nodiscard]] static Result<SigningKey> own(std::shared_ptr<evp_pkey_st> key, const std::string& where);

    std::shared_ptr<evp_pkey_st> key_;
    PublicKey public_key_;
};

/// Converts an ECDSA P-256 signature in DER (RFC 3279) to the format of signed images: r and s, 64 bytes. Returns an
/// empty vector when `der` is no such signature.
[[nodiscard]] std::vector<std::byte> raw_ecdsa_signature(std::span<const std::byte> der);

}  // namespace rproc
