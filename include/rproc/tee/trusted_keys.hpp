// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rproc/firmware/public_key.hpp"
#include "rproc/firmware/signed_image.hpp"

namespace rproc::tee {

/// The keys whose signatures a trusted application accepts. Threads: concurrent reads are safe while no thread adds a
/// key.
class TrustedKeys {
  public:
    TrustedKeys() = default;
    /// A single key, without PKEYINFO.
    explicit TrustedKeys(PublicKey key) { add(std::move(key)); }

    /// Adds a key.
    /// @param key_info the TLV TlvType::key_info (PKEYINFO) of the images that request this key; empty for a key
    ///   without one.
    void add(PublicKey key, std::vector<std::byte> key_info = {}) {
        keys_.push_back({std::move(key), std::move(key_info)});
    }

    /// Whether there is no key.
    [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }
    /// The number of keys.
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    /// Precondition: `index < size()`.
    [[nodiscard]] const PublicKey& operator[](std::size_t index) const noexcept { return keys_[index].key; }

    /// Finds the key that signed the package. If keys were added with the PKEYINFO of the package, only those are
    /// tried, otherwise those without one.
    /// @returns its index, or nothing when no key verifies the signature.
    [[nodiscard]] std::optional<std::size_t> find_signer(const SignedImage& package, SignType type) const;
    /// The same for the parts of a package.
    /// @param signed_bytes its header and TLV area.
    /// @param key_info its PKEYINFO; empty without one.
    [[nodiscard]] std::optional<std::size_t> find_signer(std::span<const std::byte> signed_bytes,
                                                         std::span<const std::byte> signature,
                                                         std::span<const std::byte> key_info, SignType type) const;

  private:
    struct Entry {
        PublicKey key;
        std::vector<std::byte> key_info;
    };
    std::vector<Entry> keys_;
};

}  // namespace rproc::tee
