// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/trusted_keys.hpp"

#include <algorithm>

namespace rproc::tee {

std::optional<std::size_t> TrustedKeys::find_signer(const SignedImage& package, SignType type) const {
    const auto tlv = package.find(TlvType::key_info);
    return find_signer(package.signed_bytes(), package.signature(), tlv ? tlv->value : std::span<const std::byte>(),
                       type);
}

std::optional<std::size_t> TrustedKeys::find_signer(std::span<const std::byte> signed_bytes,
                                                    std::span<const std::byte> signature,
                                                    std::span<const std::byte> key_info, SignType type) const {
    const auto has_info = [](const Entry& entry, std::span<const std::byte> info) {
        return std::ranges::equal(entry.key_info, info);
    };
    const bool known = std::ranges::any_of(keys_, [&](const Entry& entry) { return has_info(entry, key_info); });
    const auto wanted = known ? key_info : std::span<const std::byte>();
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        const bool candidate = has_info(keys_[i], wanted) && keys_[i].key.sign_type() == type;
        if (candidate && keys_[i].key.verifies(signed_bytes, signature)) return i;
    }
    return std::nullopt;
}

}  // namespace rproc::tee
