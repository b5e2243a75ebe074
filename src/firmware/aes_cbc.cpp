// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/aes_cbc.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

#include "firmware/openssl_handles.hpp"

namespace rproc {
namespace {

/// The direction argument of EVP_CipherInit_ex2.
enum class Direction : int { decrypt = 0, encrypt = 1 };

unsigned char* octets(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* octets(const std::byte* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

/// Fails only without memory, or if OpenSSL is built without AES.
void require(bool done) {
    if (!done) throw std::runtime_error("OpenSSL cannot compute AES-256-CBC");
}

bool convert(Direction direction, const AesKey& key, const AesIv& iv, std::span<std::byte> bytes) {
    constexpr std::size_t kPiece = std::size_t{1} << 20U;  // the length argument is an int
    if (bytes.size() % kAesBlockSize != 0) return false;
    const openssl::ErrorScope errors;
    const openssl::CipherContext context(EVP_CIPHER_CTX_new());
    require(context != nullptr && EVP_CipherInit_ex2(context.get(), EVP_aes_256_cbc(), octets(key.data()),
                                                     octets(iv.data()), static_cast<int>(direction), nullptr) == 1);
    EVP_CIPHER_CTX_set_padding(context.get(), 0);
    while (!bytes.empty()) {
        const std::size_t size = std::min(bytes.size(), kPiece);
        int written = 0;
        require(EVP_CipherUpdate(context.get(), octets(bytes.data()), &written, octets(bytes.data()),
                                 static_cast<int>(size)) == 1);
        require(static_cast<std::size_t>(written) == size);
        bytes = bytes.subspan(size);
    }
    return true;
}

}  // namespace

bool aes256_cbc_encrypt(const AesKey& key, const AesIv& iv, std::span<std::byte> bytes) {
    return convert(Direction::encrypt, key, iv, bytes);
}

bool aes256_cbc_decrypt(const AesKey& key, const AesIv& iv, std::span<std::byte> bytes) {
    return convert(Direction::decrypt, key, iv, bytes);
}

AesIv random_iv() {
    const openssl::ErrorScope errors;
    AesIv iv{};
    if (RAND_bytes(octets(iv.data()), static_cast<int>(iv.size())) != 1)
        throw std::runtime_error("OpenSSL has no random bytes");
    return iv;
}

}  // namespace rproc
