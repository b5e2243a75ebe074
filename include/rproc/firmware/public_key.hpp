// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "rproc/firmware/signed_image.hpp"
#include "rproc/result.hpp"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace rproc {

/// A key that verifies signed images: RSA of at least 2048 bits, or ECDSA on P-256. A cheap value; copies share the
/// key. Verifying is safe from several threads.
class PublicKey {
  public:
    /// Reads PEM or DER: SubjectPublicKeyInfo, PKCS#1, or a certificate's key. A private key (unencrypted) is taken,
    /// too, and only its public half is kept.
    /// @param where what the bytes are, for errors; usually a path.
    /// @returns the key, or
    ///   key_malformed: OpenSSL finds no key in the bytes;
    ///   key_passphrase: it is a private key, and encrypted;
    ///   key_unsupported: neither RSA nor P-256, or an RSA key of less than 2048 bits.
    [[nodiscard]] static Result<PublicKey> parse(std::span<const std::byte> bytes, const std::string& where);

    /// Reads a file.
    /// @returns the key, or an error of `read_secret_file` or of `parse`.
    [[nodiscard]] static Result<PublicKey> read(const std::filesystem::path& path);

    [[nodiscard]] SignType sign_type() const noexcept { return sign_type_; }

    /// Bytes of a signature in the format of signed images: as many as the RSA modulus has, or 64.
    [[nodiscard]] std::size_t signature_size() const;

    /// True when the signature, in the format of signed images, belongs to these bytes and this key.
    [[nodiscard]] bool verifies(std::span<const std::byte> bytes, std::span<const std::byte> signature) const;

    /// "RSA-2048", "ECDSA P-256"
    [[nodiscard]] std::string description() const;
    /// SHA-256 of the SubjectPublicKeyInfo in DER, as hex digits: the same for every file format of a key.
    [[nodiscard]] std::string fingerprint() const;
    /// Whether it came with its private half: somebody hands out what should be kept.
    [[nodiscard]] bool came_with_private() const noexcept { return came_with_private_; }

  private:
    PublicKey(std::shared_ptr<evp_pkey_st> key, SignType sign_type, bool came_with_private) noexcept
        : key_(std::move(key)), sign_type_(sign_type), came_with_private_(came_with_private) {}

    std::shared_ptr<evp_pkey_st> key_;
    SignType sign_type_;
    bool came_with_private_;
};

}  // namespace rproc
