// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <span>

/// AES-256 in CBC mode without padding (FIPS 197, SP 800-38A), by OpenSSL: the encryption of firmware segments.
namespace rproc {

inline constexpr std::size_t kAesBlockSize = 16;  ///< bytes

/// Not wiped on destruction.
using AesKey = std::array<std::byte, 32>;
using AesIv = std::array<std::byte, kAesBlockSize>;

/// Encrypts in place.
/// @returns false, with nothing changed, when the size is not a multiple of 16 bytes. 0 bytes succeed.
/// Threads: any. Throws std::runtime_error if OpenSSL has no AES.
[[nodiscard]] bool aes256_cbc_encrypt(const AesKey& key, const AesIv& iv, std::span<std::byte> bytes);

/// Decrypts in place. Detects no manipulation: authenticate the bytes before.
/// @returns false, with nothing changed, when the size is not a multiple of 16 bytes. 0 bytes succeed.
/// Threads: any. Throws std::runtime_error if OpenSSL has no AES.
[[nodiscard]] bool aes256_cbc_decrypt(const AesKey& key, const AesIv& iv, std::span<std::byte> bytes);

/// An unpredictable initialisation vector, from OpenSSL's random generator. Threads: any. Throws std::runtime_error if
/// the generator fails.
[[nodiscard]] AesIv random_iv();

}  // namespace rproc
