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

/// The keys that a trusted application accepts signatures of. Immutable once it is in use; then safe from any thread.
class TrustedKeys {
  public:
    TrustedKeys() = default;
    explicit TrustedKeys(PublicKey key) { add(std::move(key)); }

    /// Adds a key.
    /// @param key_info the PKEYINFO by which an image asks for this key; empty for a key that any image may be signed
    /// by.
    void add(PublicKey key, std::vector<std::byte> key_info = {}) {
        keys_.push_back({std::move(key), std::move(key_info)});
    }

    [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    /// Precondition: `index < size()`.
    [[nodiscard]] const PublicKey& operator[](std::size_t index) const noexcept { return keys_[index].key; }

    /// The index of the key that signed the package. Where keys were added with the PKEYINFO that the package has, only
    /// those are tried; otherwise those that were added without one.
    [[nodiscard]] std::optional<std::size_t> find_signer(const SignedImage& package, SignType type) const;

  private:
    struct Entry {
        PublicKey key;
        std::vector<std::byte> key_info;
    };
    std::vector<Entry> keys_;
};

}  // namespace rproc::tee
