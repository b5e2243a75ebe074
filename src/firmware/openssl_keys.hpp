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

/// What public and private keys share.
namespace rproc::openssl {

/// Hands OpenSSL the passphrase that it asks for, and remembers how that went. It is asked for at most once.
class Passphrase {
  public:
    using Ask = std::function<Result<Secret>()>;

    /// `ask` may be empty: there is none then.
    explicit Passphrase(Ask ask) : ask_(std::move(ask)) {}

    /// Whether OpenSSL wanted it: the key is encrypted.
    [[nodiscard]] bool wanted() const noexcept { return wanted_; }
    /// Why there was none.
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

/// The private key in PEM or DER; null when there is none.
[[nodiscard]] Key decode_private(std::span<const std::byte> bytes, Passphrase& passphrase);

/// The public key in PEM or DER, also of a certificate; null when there is none.
[[nodiscard]] Key decode_public(std::span<const std::byte> bytes);

/// How a key signs.
/// @returns the type, or key_unsupported: neither RSA of at least 2048 bits nor P-256.
[[nodiscard]] Result<SignType> sign_type_of(const EVP_PKEY* key, const std::string& where);

/// The public half alone, in DER, the same for every form in which the key came; empty when there is none to be had.
[[nodiscard]] std::vector<std::byte> public_der(const EVP_PKEY* key);

/// Bytes of a signature in the format of signed images.
[[nodiscard]] std::size_t signature_size_of(const EVP_PKEY* key, SignType type);

/// r and s have 32 bytes each.
inline constexpr std::size_t kP256Half = 32;

/// OpenSSL takes and gives octets.
[[nodiscard]] inline const unsigned char* octets(std::span<const std::byte> bytes) noexcept {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
[[nodiscard]] inline unsigned char* octets(std::span<std::byte> bytes) noexcept {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace rproc::openssl
