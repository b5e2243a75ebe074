// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <span>

/// AES-256 in CBC mode without padding (FIPS 197, SP 800-38A), by OpenSSL: how the segments of an encrypted firmware
/// are written and read.
namespace rproc {

inline constexpr std::size_t kAesBlockSize = 16;  ///< bytes

using AesKey = std::array<std::byte, 32>;
using AesIv = std::array<std::byte, kAesBlockSize>;

/// Encrypts in place; false, and nothing changed, when the size is not a multiple of 16. No bytes at all are right,
/// too. Safe from any thread.
[[nodiscard]] bool aes256_cbc_encrypt(const AesKey& key, const AesIv& iv, std::span<std::byte> bytes);

/// Decrypts in place; false, and nothing changed, when the size is not a multiple of 16. Says nothing about whether
/// the bytes are what was encrypted: authenticate them before. Safe from any thread.
[[nodiscard]] bool aes256_cbc_decrypt(const AesKey& key, const AesIv& iv, std::span<std::byte> bytes);

/// Sixteen bytes that nobody can foresee, from OpenSSL's random generator. Safe from any thread.
[[nodiscard]] AesIv random_iv();

}  // namespace rproc
