// SPDX-License-Identifier: BSD-2-Clause
#include "tee/optee_package.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rproc::tee::internal {
namespace {

using rproc::internal::read_at;
using rproc::internal::slice;

/// Rounds up to 8 in 32 bits, as the application does: the largest lengths become 0.
constexpr std::uint32_t padded32(std::uint32_t length) noexcept { return (length + 7U) & ~7U; }

constexpr std::uint64_t padded(std::uint32_t length) noexcept { return (std::uint64_t{length} + 7U) / 8U * 8U; }

std::string_view name_of(SignType type) noexcept {
    return type == SignType::rsa_pkcs1_sha256 ? "RSA (type 1)" : "ECDSA P-256 (type 2)";
}

}  // namespace

OpteePackage::OpteePackage(MappedImage memory, const OpteeLimits& limits)
    : memory_(std::move(memory)), limits_(limits) {
    header_ = read_at<wire::SignedHeader>(memory_.bytes(), 0).value_or(wire::SignedHeader{});
    images_offset_ = sizeof(wire::SignedHeader) + padded(header_.tlv_len) + padded(header_.sign_len);
}

Checked<OpteePackage> OpteePackage::authenticate(std::vector<std::byte> image, const SoftwareTeePolicy& policy) {
    OpteePackage package(MappedImage(std::move(image)), policy.limits);
    RPROC_TRY(package.check_header());
    RPROC_TRY(package.check_signature(policy));
    return package;
}

Checked<void> OpteePackage::check_header() const {
    const std::uint64_t size = memory_.bytes().size();
    if (size <= images_offset_ || header_.sign_len == 0 || header_.tlv_len == 0)
        return refuse(ResultCode::bad_parameters, "header, TLVs and signature are missing, or longer than the file");
    if (images_offset_ > limits_.available_heap()) return allocate(0, "");
    if (header_.magic != wire::kSignedMagic)
        return refuse(ResultCode::bad_parameters, "it does not begin with the magic number of a signed image");
    if (header_.version != wire::kSignedVersion)
        return refuse(ResultCode::bad_parameters,
                      fmt::format("the version of its header is {}", header_.version.get()));
    if (size == images_offset_ + padded(header_.img_len)) return {};
    return refuse(ResultCode::bad_parameters,
                  fmt::format("header, TLVs, signature and images make {} bytes, the file {}",
                              images_offset_ + padded(header_.img_len), size));
}

Checked<SignType> OpteePackage::sign_type() const {
    const auto value = find(TlvType::sign_type);
    if (value.size() != 1) return refuse(ResultCode::bad_parameters, "TLV SIGNTYPE is missing, or not one byte");
    const auto type = static_cast<SignType>(value.front());
    if (type == SignType::rsa_pkcs1_sha256 || type == SignType::ecdsa_p256_sha256) return type;
    return refuse(ResultCode::not_supported,
                  fmt::format("signature type {} is not known", static_cast<unsigned>(type)));
}

Checked<void> OpteePackage::check_signature(const SoftwareTeePolicy& policy) {
    RPROC_TRY_ASSIGN(const auto type, sign_type());
    const auto key_info = find(TlvType::key_info);
    RPROC_TRY(allocate(key_info.size(), "PKEYINFO"));
    const std::uint64_t signed_size = sizeof(wire::SignedHeader) + padded(header_.tlv_len);
    key_ = policy.keys.find_signer(slice(memory_.bytes(), 0, signed_size),
                                   slice(memory_.bytes(), signed_size, header_.sign_len), key_info, type);
    if (std::ranges::find(limits_.signatures, type) == limits_.signatures.end()) {
        const std::string reason =
            fmt::format("{}, and the platform's OP-TEE does not verify {}",
                        key_ ? "it is signed correctly" : "the signature was not verified", name_of(type));
        return fail(Refusal{ResultCode::not_supported, reason, key_, {}});
    }
    if (key_ || policy.signatures == SoftwareTeePolicy::Signatures::not_verified) return {};
    return refuse(ResultCode::signature_invalid, policy.keys.empty() ? "there is no key to verify the signature with"
                                                                     : "no trusted key verifies the signature");
}

std::span<const std::byte> OpteePackage::find(TlvType type) const noexcept {
    const auto area = slice(memory_.bytes(), sizeof(wire::SignedHeader), header_.tlv_len);
    std::uint64_t offset = 0;
    while (const auto header = read_at<wire::TlvHeader>(area, offset)) {
        offset += sizeof(wire::TlvHeader);
        const bool inside = header->length <= area.size() - offset;
        if (inside && header->type == static_cast<std::uint32_t>(type)) return slice(area, offset, header->length);
        offset += padded32(header->length);
    }
    return {};
}

Checked<std::span<const std::byte>> OpteePackage::tlv(TlvType type, std::string_view name) const {
    const auto value = find(type);
    if (value.empty()) return refuse(ResultCode::no_data, fmt::format("TLV {} is missing, or empty", name));
    return value;
}

Checked<void> OpteePackage::allocate(std::uint64_t size, std::string_view what) const {
    const std::uint64_t needed = images_offset_ + size;
    if (needed <= limits_.available_heap()) return {};
    const std::string copies = size == 0 ? std::string("header, TLVs and signature")
                                         : fmt::format("header, TLVs and signature, and {} again,", what);
    return refuse(ResultCode::out_of_memory,
                  fmt::format("the application copies {} to its heap: {} bytes, and a heap of {} has {} for them",
                              copies, needed, limits_.heap, limits_.available_heap()));
}

}  // namespace rproc::tee::internal
