// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firmware/openssl_handles.hpp"
#include "rproc/firmware/secret.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/result.hpp"

/// Functions that public and private keys share.
namespace rproc::openssl {

/// Passes a passphrase to OpenSSL on request, at most once, and records the result.
class Passphrase {
  public:
    using Ask = std::function<Result<Secret>()>;

    /// @param ask may be empty: no passphrase is available.
    explicit Passphrase(Ask ask) : ask_(std::move(ask)) {}

    /// Whether OpenSSL requested the passphrase: the key is encrypted.
    [[nodiscard]] bool wanted() const noexcept { return wanted_; }
    /// Whether OpenSSL got it.
    [[nodiscard]] bool given() const noexcept { return secret_.has_value(); }
    /// The error of `ask`.
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

    /// A pem_password_cb; `self` is the Passphrase.
    static int give(char* buffer, int size, int for_writing, void* self) noexcept;

  private:
    [[nodiscard]] const Secret* secret();

    Ask ask_;
    std::optional<Secret> secret_;
    std::optional<Error> error_;
    bool wanted_ = false;
};

/// @returns the private key in PEM or DER, or null without one.
[[nodiscard]] Key decode_private(std::span<const std::byte> bytes, Passphrase& passphrase);

/// @returns the public key in PEM or DER, also of a certificate, or null without one.
[[nodiscard]] Key decode_public(std::span<const std::byte> bytes);

/// The signature type of a key.
/// @returns the type, or key_unsupported: neither RSA of at least 2048 bits nor P-256.
[[nodiscard]] Result<SignType> sign_type_of(const EVP_PKEY* key, const std::string& where);

/// The public key in DER, independent of the format of its source; empty if OpenSSL cannot encode it.
[[nodiscard]] std::vector<std::byte> public_der(const EVP_PKEY* key);

/// The size of a signature in the format of signed images, in bytes.
[[nodiscard]] std::size_t signature_size_of(const EVP_PKEY* key, SignType type);

/// The text of OpenSSL's last error, as the end of a message: " (OpenSSL: ...)"; empty without one.
[[nodiscard]] std::string last_reason();

/// The size of r and of s, in bytes.
inline constexpr std::size_t kP256Half = 32;

/// OpenSSL takes and gives octets.
[[nodiscard]] inline const unsigned char* octets(std::span<const std::byte> bytes) noexcept {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
[[nodiscard]] inline unsigned char* octets(std::span<std::byte> bytes) noexcept {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace rproc::openssl
