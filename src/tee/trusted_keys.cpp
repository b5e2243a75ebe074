// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/trusted_keys.hpp"

#include <algorithm>

namespace rproc::tee {

std::optional<std::size_t> TrustedKeys::find_signer(const SignedImage& package, SignType type) const {
    const auto tlv = package.find(TlvType::key_info);
    const auto asked = tlv ? tlv->value : std::span<const std::byte>();
    const auto has_info = [](const Entry& entry, std::span<const std::byte> info) {
        return std::ranges::equal(entry.key_info, info);
    };
    const bool known = std::ranges::any_of(keys_, [&](const Entry& entry) { return has_info(entry, asked); });
    const auto wanted = known ? asked : std::span<const std::byte>();
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        const bool candidate = has_info(keys_[i], wanted) && keys_[i].key.sign_type() == type;
        if (candidate && keys_[i].key.verifies(package.signed_bytes(), package.signature())) return i;
    }
    return std::nullopt;
}

}  // namespace rproc::tee
