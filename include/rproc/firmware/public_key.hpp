// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rproc/firmware/signed_image.hpp"
#include "rproc/result.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace rproc {

/// The numbers of an RSA public key, big-endian, without leading zeros.
struct RsaNumbers {
    std::vector<std::byte> modulus;
    std::vector<std::byte> exponent;
};

/// A public key that verifies signed images: RSA of at least 2048 bits, or ECDSA on P-256. Cheap to copy: copies share
/// the key. Threads: concurrent verification is safe.
class PublicKey {
  public:
    /// Parses PEM or DER: SubjectPublicKeyInfo, PKCS#1, or the key of a certificate. Accepts an unencrypted private
    /// key, of which only the public half is kept.
    /// @param where source of the bytes for errors, usually a path.
    /// @returns the key, or
    ///   key_malformed: OpenSSL finds no key in the bytes;
    ///   key_passphrase: an encrypted private key;
    ///   key_unsupported: neither RSA nor P-256, or RSA of less than 2048 bits.
    [[nodiscard]] static Result<PublicKey> parse(std::span<const std::byte> bytes, const std::string& where);

    /// Reads a key from a file.
    /// @returns the key, or an error of `read_secret_file` or of `parse`.
    [[nodiscard]] static Result<PublicKey> read(const std::filesystem::path& path);

    /// The signature type that the key verifies.
    [[nodiscard]] SignType sign_type() const noexcept { return sign_type_; }

    /// The size of a signature in the format of signed images, in bytes: that of the RSA modulus, or 64.
    [[nodiscard]] std::size_t signature_size() const;

    /// Whether the signature, in the format of signed images, is valid for these bytes and this key.
    [[nodiscard]] bool verifies(std::span<const std::byte> bytes, std::span<const std::byte> signature) const;

    /// The type of the key for a user: "RSA-2048", "ECDSA P-256".
    [[nodiscard]] std::string description() const;
    /// The SubjectPublicKeyInfo in DER (RFC 5280), independent of the file format of the key: for RSA-2048 294 bytes,
    /// for P-256 91.
    [[nodiscard]] std::vector<std::byte> der() const;
    /// The modulus and the exponent, or nothing for P-256.
    [[nodiscard]] std::optional<RsaNumbers> rsa_numbers() const;
    /// SHA-256 of `der()`, as hexadecimal digits.
    [[nodiscard]] std::string fingerprint() const;
    /// Whether the source also contained the private key, which should not be distributed.
    [[nodiscard]] bool came_with_private() const noexcept { return came_with_private_; }

  private:
    PublicKey(std::shared_ptr<evp_pkey_st> key, SignType sign_type, bool came_with_private) noexcept
        : key_(std::move(key)), sign_type_(sign_type), came_with_private_(came_with_private) {}

    std::shared_ptr<evp_pkey_st> key_;
    SignType sign_type_;
    bool came_with_private_;
};

}  // namespace rproc
