// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rproc/firmware/public_key.hpp"
#include "rproc/firmware/signing_key.hpp"
#include "support/elf_builder.hpp"

/// Signed images for tests, also invalid ones: independent of the library's own writer, so that they can show a mistake
/// in it.
namespace rproc::test {

/// A TLV of the package; `length` may differ from the size of the value.
struct TlvSpec {
    std::uint32_t type;
    Bytes value;
    std::optional<std::uint32_t> length{};
};

/// Header fields that replace the computed ones, before signing.
struct SignedHeaderFields {
    std::optional<std::uint32_t> magic{};
    std::optional<std::uint32_t> version{};
    std::optional<std::uint32_t> tlv_len{};
    std::optional<std::uint32_t> sign_len{};
    std::optional<std::uint32_t> img_len{};
};

/// A package before it is signed.
struct SignedPackage {
    SignedHeaderFields header{};
    std::vector<TlvSpec> tlvs{};
    std::vector<Bytes> images{};

    /// A valid package of these ELF32 images, in the order of OP-TEE's script, for a test to damage.
    [[nodiscard]] static SignedPackage of(const std::vector<Bytes>& images, SignType type);

    /// The TLV of that type. Precondition: there is one.
    [[nodiscard]] TlvSpec& tlv(std::uint32_t type);
    void remove(std::uint32_t type);

    /// The file, with a valid signature of its content.
    [[nodiscard]] Bytes sign(const SigningKey& key) const;
    /// The file with these bytes as its signature.
    [[nodiscard]] Bytes with_signature(const Bytes& signature) const;
};

/// A file of tests/data/signed.
[[nodiscard]] Bytes signed_data(const std::string& name);
/// The keys there: "rsa2048", "rsa4096", "p256".
[[nodiscard]] PublicKey public_key(const std::string& name);
[[nodiscard]] SigningKey signing_key(const std::string& name);

}  // namespace rproc::test
