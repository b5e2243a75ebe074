// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace rproc {

std::array<std::uint8_t, 32> sha256(std::span<const std::byte> bytes) {
    std::array<std::uint8_t, 32> digest{};
    unsigned length = 0;
    const bool done = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1;
    // Fails only without memory, or if OpenSSL is built without SHA-256.
    if (!done || length != digest.size()) throw std::runtime_error("OpenSSL cannot compute SHA-256");
    return digest;
}

}  // namespace rproc
