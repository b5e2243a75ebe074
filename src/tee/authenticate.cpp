// SPDX-License-Identifier: BSD-2-Clause
#include "tee/authenticate.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "rproc/firmware/aes_cbc.hpp"
#include "rproc/firmware/platform_tlvs.hpp"
#include "rproc/firmware/sha256.hpp"
#include "rproc/firmware/signed_hashes.hpp"
#include "rproc/internal/bytes.hpp"

namespace rproc::tee::internal {
namespace {

using rproc::internal::fits;
using rproc::internal::Le32;
using rproc::internal::read_at;

constexpr std::uint8_t kHashSha256 = 1;
constexpr std::uint8_t kImageElf = 1;

/// @returns the value of a required TLV, not empty, or the refusal.
Checked<std::span<const std::byte>> required(const SignedImage& package, TlvType type, std::string_view name) {
    const auto tlv = package.find(type);
    if (!tlv || tlv->value.empty()) return refuse(ResultCode::no_data, fmt::format("TLV {} is missing", name));
    return tlv->value;
}

Checked<void> check_no_duplicates(const SignedImage& package) {
    std::set<std::uint32_t> seen;
    std::optional<std::uint32_t> twice;
    package.for_each_tlv([&](const Tlv& tlv) {
        if (!seen.insert(tlv.type).second) twice = tlv.type;
    });
    if (twice)
        return refuse(StrictRule::tlv_twice, ResultCode::bad_format, fmt::format("TLV {:#x} occurs twice", *twice));
    return {};
}

bool all_zero(std::span<const std::byte> bytes) {
    return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

/// Checks the padding of signature and images, which the signature does not cover.
Checked<void> check_padding(const SignedImage& package, std::span<const std::byte> bytes) {
    const auto behind = [&](std::span<const std::byte> chunk, std::span<const std::byte> all) {
        const auto end = static_cast<std::size_t>(chunk.data() - all.data()) + chunk.size();
        return all.subspan(end, (8 - chunk.size() % 8) % 8);
    };
    if (all_zero(behind(package.signature(), bytes)) && all_zero(behind(package.images(), bytes))) return {};
    return refuse(StrictRule::padding_not_zero, ResultCode::bad_parameters,
                  "the padding of signature or images is not zero");
}

Checked<SignType> sign_type_of(const SignedImage& package) {
    const auto tlv = package.find(TlvType::sign_type);
    if (!tlv || tlv->value.size() != 1)
        return refuse(ResultCode::bad_parameters, "TLV SIGNTYPE is missing, or not one byte");
    const auto type = static_cast<SignType>(tlv->value.front());
    if (type == SignType::rsa_pkcs1_sha256 || type == SignType::ecdsa_p256_sha256) return type;
    return refuse(ResultCode::not_supported,
                  fmt::format("signature type {} is not known", static_cast<unsigned>(type)));
}

Checked<std::optional<std::size_t>> check_signature(const SignedImage& package, const SoftwareTeePolicy& policy) {
    RPROC_TRY_ASSIGN(const auto type, sign_type_of(package));
    const auto signer = policy.keys.find_signer(package, type);
    if (signer || policy.signatures == SoftwareTeePolicy::Signatures::not_verified) return signer;
    return refuse(ResultCode::signature_invalid, policy.keys.empty() ? "there is no key to verify the signature with"
                                                                     : "no trusted key verifies the signature");
}

Checked<void> check_version(const SignedImage& package, std::uint32_t minimum) {
    if (minimum == 0) return {};
    const auto tlv = package.find(static_cast<TlvType>(PlatformTlv::image_version));
    const auto version = tlv ? read_at<Le32>(tlv->value, 0) : std::nullopt;
    if (!version || tlv->value.size() != sizeof(Le32)) {
        return refuse(StrictRule::version_too_low, ResultCode::security,
                      fmt::format("it has no version, and the lowest taken is {}", minimum));
    }
    if (*version >= minimum) return {};
    return refuse(StrictRule::version_too_low, ResultCode::security,
                  fmt::format("its version is {}, and the lowest taken is {}", version->get(), minimum));
}

Checked<void> check_hash_type(const SignedImage& package) {
    const auto tlv = package.find(TlvType::hash_type);
    if (!tlv || tlv->value.empty())
        return refuse(StrictRule::hash_type, ResultCode::no_data, "TLV HASHTYPE is missing");
    if (tlv->value.size() == 1 && tlv->value.front() == std::byte{kHashSha256}) return {};
    return refuse(StrictRule::hash_type, ResultCode::not_supported, "the hashes are not SHA-256");
}

/// @returns the number of images, after a check of the TLVs that describe them.
Checked<std::uint32_t> check_image_list(const SignedImage& package) {
    RPROC_TRY_ASSIGN(const auto count, required(package, TlvType::image_count, "NUM_IMG"));
    if (count.size() != 1) return refuse(ResultCode::bad_format, "TLV NUM_IMG is not one byte");
    const std::uint32_t images = package.image_count();
    if (images == 0) return refuse(ResultCode::no_data, "there are no images");

    RPROC_TRY_ASSIGN(const auto types, required(package, TlvType::image_type, "IMGTYPE"));
    if (types.size() != images)
        return refuse(ResultCode::bad_parameters, "TLV IMGTYPE has not one byte for each image");
    if (std::ranges::any_of(types, [](std::byte type) { return type != std::byte{kImageElf}; }))
        return refuse(ResultCode::bad_format, "an image is of another type than ELF");

    RPROC_TRY_ASSIGN(const auto sizes, required(package, TlvType::image_size, "IMGSIZE"));
    if (sizes.size() != images * sizeof(Le32))
        return refuse(ResultCode::bad_parameters, "TLV IMGSIZE has not four bytes for each image");
    return images;
}

Checked<std::vector<ElfImage>> parse_images(const SignedImage& package, std::uint32_t count) {
    std::vector<ElfImage> images;
    std::uint64_t used = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto bytes = package.image(i);
        if (!bytes) return refuse(StrictRule::image_bounds, ResultCode::bad_parameters, bytes.error().message());
        const auto image = ElfImage::parse(*bytes);
        if (!image)
            return refuse(StrictRule::elf_header, ResultCode::bad_format,
                          fmt::format("image {}: {}", i, image.error().message()));
        if (image->header().elf_class != 32)
            return refuse(StrictRule::elf_header, ResultCode::bad_format, "an image is no 32-bit ELF file");
        used += (bytes->size() + 7) / 8 * 8;
        images.push_back(*image);
    }
    if (used < package.images().size())
        return refuse(StrictRule::image_bounds, ResultCode::bad_parameters, "there are bytes after the last image");
    return images;
}

/// The initialisation vectors, one for each program header; empty for a package without encryption.
Checked<std::span<const std::byte>> check_encryption(const SignedImage& package, const SoftwareTeePolicy& policy) {
    const auto tlv = package.find(static_cast<TlvType>(PlatformTlv::encryption));
    if (!tlv) return std::span<const std::byte>();
    if (tlv->value.size() != 1 || tlv->value.front() != static_cast<std::byte>(Encryption::aes256_cbc))
        return refuse(StrictRule::encryption, ResultCode::not_supported, "the encryption is not AES-256-CBC");
    if (!policy.decryption_key)
        return refuse(StrictRule::encryption, ResultCode::not_supported, "it is encrypted, and there is no key for it");
    const auto ivs = package.find(static_cast<TlvType>(PlatformTlv::ivs));
    if (!ivs) return refuse(StrictRule::encryption, ResultCode::no_data, "it is encrypted, and TLV IVS is missing");
    if (ivs->value.size() != package.hash_count() * kAesBlockSize)
        return refuse(StrictRule::encryption, ResultCode::bad_parameters,
                      "TLV IVS has not 16 bytes for each program header");
    return ivs->value;
}

/// Compares one program header with its entry of the hash table, and its bytes with the hash.
Checked<AuthenticSegment> check_segment(const ElfImage& image, const ElfSegment& header, const wire::HashEntry& entry) {
    const std::string name = describe(place_of(header));
    if (!is_entry_of(entry, header)) {
        return refuse(StrictRule::segment_not_signed, ResultCode::bad_parameters,
                      fmt::format("{}: its program header is not the one that was signed", name));
    }
    if (!fits(header.offset, header.filesz, image.bytes().size()) ||
        (header.loadable() && header.filesz > header.memsz))
        return refuse(StrictRule::segment_bounds, ResultCode::bad_parameters,
                      fmt::format("{}: its bytes do not lie in the image", name));
    const auto contents = rproc::internal::slice(image.bytes(), header.offset, header.filesz);
    if (sha256(contents) != entry.sha256)
        return refuse(StrictRule::segment_not_signed, ResultCode::security,
                      fmt::format("{}: its hash is not the one that was signed", name));
    return AuthenticSegment{header, contents, {}};
}

/// Iterates over the entries of the hash table, in order.
class HashTable {
  public:
    /// @param ivs 16 bytes for each entry, or empty.
    HashTable(const SignedImage& package, std::span<const std::byte> ivs) : package_(package), ivs_(ivs) {}

    [[nodiscard]] bool at_end() const { return next_ == package_.hash_count(); }

    /// Checks one image against the next entries, one for each program header.
    [[nodiscard]] Checked<std::vector<AuthenticSegment>> check(const ElfImage& image) {
        if (image.segment_count() != image.header().phnum)
            return refuse(StrictRule::elf_header, ResultCode::bad_format,
                          "the program headers run past the end of an image");
        std::vector<AuthenticSegment> segments;
        for (const ElfSegment header : image.segments()) {
            if (at_end())
                return refuse(StrictRule::segment_not_signed, ResultCode::no_data,
                              "the hash table has fewer entries than there are segments");
            RPROC_TRY_ASSIGN(auto segment, check_segment(image, header, package_.hash(next_)));
            const bool encrypted = !ivs_.empty() && segment.header.loadable() && segment.header.filesz != 0;
            if (encrypted) segment.iv = ivs_.subspan(next_ * kAesBlockSize, kAesBlockSize);
            segments.push_back(segment);
            ++next_;
        }
        return segments;
    }

  private:
    const SignedImage& package_;
    std::span<const std::byte> ivs_;
    std::size_t next_ = 0;
};

Checked<void> check_hash_table(const SignedImage& package) {
    RPROC_TRY_ASSIGN(const auto table, required(package, TlvType::hash_table, "HASHTABLE"));
    if (table.size() % sizeof(wire::HashEntry) == 0) return {};
    return refuse(ResultCode::bad_parameters, "TLV HASHTABLE is not a list of entries");
}

/// Checks the signed header and TLVs, except those that describe the images.
Checked<void> check_metadata(const SignedImage& package, const SoftwareTeePolicy& policy) {
    RPROC_TRY(check_version(package, policy.minimum_version));
    RPROC_TRY(check_hash_type(package));
    return check_hash_table(package);
}

/// Checks everything that the signature covers: the TLVs, and the images against them.
Checked<void> check_contents(AuthenticPackage& result, const SignedImage& package, const SoftwareTeePolicy& policy) {
    RPROC_TRY(check_no_duplicates(package));
    RPROC_TRY(check_metadata(package, policy));
    RPROC_TRY_ASSIGN(const auto count, check_image_list(package));
    RPROC_TRY_ASSIGN(result.images, parse_images(package, count));
    RPROC_TRY_ASSIGN(const auto ivs, check_encryption(package, policy));
    HashTable table(package, ivs);
    for (const ElfImage& image : result.images) {
        RPROC_TRY_ASSIGN(auto segments, table.check(image));
        result.segments.push_back(std::move(segments));
    }
    if (table.at_end()) return {};
    return refuse(StrictRule::signed_segment_missing, ResultCode::bad_parameters,
                  "a segment that was signed is in none of the images");
}

}  // namespace

Checked<AuthenticPackage> authenticate(std::vector<std::byte> bytes, const SoftwareTeePolicy& policy) {
    AuthenticPackage result{std::make_shared<const std::vector<std::byte>>(std::move(bytes)), {}, {}, {}};
    const auto package = SignedImage::parse(*result.bytes);
    if (!package && package.error().code() == ErrorCode::signed_bad_tlv)
        return refuse(StrictRule::tlv_outside_area, ResultCode::bad_parameters, package.error().message());
    if (!package) return refuse(ResultCode::bad_parameters, package.error().message());
    RPROC_TRY(check_padding(*package, *result.bytes));
    RPROC_TRY_ASSIGN(result.key, check_signature(*package, policy));
    auto checked = check_contents(result, *package, policy);
    if (checked) return result;
    checked.error().key = result.key;
    return fail(std::move(checked).error());
}

}  // namespace rproc::tee::internal
