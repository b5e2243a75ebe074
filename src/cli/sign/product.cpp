// SPDX-License-Identifier: BSD-2-Clause
#include "cli/sign/product.hpp"

#include <sys/stat.h>

#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "cli/common/passphrase.hpp"
#include "rproc/firmware/signing_key.hpp"

namespace rproc::cli {
namespace {

using Bytes = std::vector<std::byte>;

constexpr ErrorText kOtherKey{.code = ErrorCode::key_unsupported,
                              .message = "is a key for {0}, and --key_type says {1}"};

constexpr std::string_view kSameOptions = "images, their order and the options must be those of --digest-out";
constexpr ErrorText kOtherSignature{.code = ErrorCode::signature_mismatch,
                                    .message = "is not the signature of these images by {0} {1}",
                                    .hint = kSameOptions};
constexpr ErrorText kOtherRsaSignature{
    .code = ErrorCode::signature_mismatch,
    .message = kOtherSignature.message,
    .hint =
        "images, their order and the options must be those of --digest-out; PKCS#1 v1.5 signs the digest inside a "
        "DigestInfo: openssl pkeyutl -sign -pkeyopt digest:sha256"};
constexpr ErrorText kHashedTwice{
    .code = ErrorCode::signature_mismatch,
    .message = "is the signature of the digest's own SHA-256: the digest was hashed once more",
    .hint = "sign the digest as it is: openssl pkeyutl -sign -pkeyopt digest:sha256, not openssl dgst -sign"};

/// A package that lacks its signature.
struct Unsigned {
    UnsignedImage package;
    Bytes key_info;

    [[nodiscard]] Sha256 digest() const { return sha256(package.signed_bytes()); }
};

Result<Unsigned> compose(const Contents& contents, const PublicKey& key, const SignOptions& options) {
    RPROC_TRY_ASSIGN(Bytes info, key_info_for(key, options));
    SignedImageBuilder builder = contents.builder;
    if (!info.empty()) RPROC_TRY(builder.set_key_info(info));
    RPROC_TRY_ASSIGN(UnsignedImage package, builder.compose(key.sign_type(), key.signature_size()));
    return Unsigned{std::move(package), std::move(info)};
}

Result<void> check_type(const SignOptions& options, const std::string& name, const PublicKey& key) {
    const std::string_view type = key.sign_type() == SignType::rsa_pkcs1_sha256 ? "RSA" : "ECC";
    if (!options.key_type || *options.key_type == type) return {};
    return fail(kOtherKey, place::File{key_name(name)}, key.description(), *options.key_type);
}

void warn_of_open_key(Console& console, const std::string& key) {
    const auto file = key_file(key);
    struct stat status {};
    if (!file || ::stat(file->c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) return;
    warn(console, fmt::format("every user of this machine can read the private key {}", file->string()),
         "chmod 600 KEY");
}

Result<Product> sign_with(Console& console, const SignOptions& options, const Contents& contents, std::size_t index) {
    const std::string& name = options.keys[index];
    const auto said = options.passphrase(index);
    RPROC_TRY_ASSIGN(const auto key, SigningKey::open(name, passphrase_source(name, said, console.err)));
    RPROC_TRY(check_type(options, name, key.public_key()));
    warn_of_open_key(console, name);
    warn_of_visible_passphrase(console, name, index == 0 || options.passphrases.size() > 1 ? said : std::nullopt);
    RPROC_TRY_ASSIGN(Unsigned composed, compose(contents, key.public_key(), options));
    RPROC_TRY_ASSIGN(const Bytes signature, key.sign(composed.package.signed_bytes()));
    RPROC_TRY_ASSIGN(Bytes image, composed.package.finish(signature));
    return Product{options.outs[index], std::move(image), key.public_key(), std::move(composed.key_info),
                   composed.digest()};
}

Result<PublicKey> read_public_key(Console& console, const SignOptions& options) {
    const std::string& name = options.keys.front();
    RPROC_TRY_ASSIGN(const PublicKey key, PublicKey::read(*key_file(name)));
    RPROC_TRY(check_type(options, name, key));
    if (key.came_with_private()) {
        warn(console, fmt::format("{} is a private key; its public half is enough here", name),
             "openssl pkey -in KEY -pubout -out PUB");
    }
    return key;
}

Result<Product> make_digest(Console& console, const SignOptions& options, const Contents& contents) {
    RPROC_TRY_ASSIGN(const PublicKey key, read_public_key(console, options));
    RPROC_TRY_ASSIGN(Unsigned composed, compose(contents, key, options));
    const Sha256 digest = composed.digest();
    const auto bytes = std::as_bytes(std::span(digest));
    return Product{*options.digest_out, {bytes.begin(), bytes.end()}, key, std::move(composed.key_info), digest};
}

/// The signature in the form of signed images, when it belongs to the bytes.
std::optional<Bytes> fitting_signature(const PublicKey& key, std::span<const std::byte> bytes, const Secret& given) {
    const Bytes as_given(given.bytes().begin(), given.bytes().end());
    for (const Bytes& candidate : {as_given, raw_ecdsa_signature(as_given)})
        if (key.verifies(bytes, candidate)) return candidate;
    return std::nullopt;
}

Error not_its_signature(const SignOptions& options, const PublicKey& key, const Sha256& digest, const Secret& given) {
    const Place where = place::File{*options.signature_in};
    if (fitting_signature(key, std::as_bytes(std::span(digest)), given)) return Error(kHashedTwice, where);
    const bool rsa = key.sign_type() == SignType::rsa_pkcs1_sha256;
    return rsa ? Error(kOtherRsaSignature, where, key.description(), options.keys.front())
               : Error(kOtherSignature, where, key.description(), options.keys.front());
}

Result<Product> take_signature(Console& console, const SignOptions& options, const Contents& contents) {
    RPROC_TRY_ASSIGN(const PublicKey key, read_public_key(console, options));
    RPROC_TRY_ASSIGN(const Secret given, read_secret_file(*options.signature_in));
    RPROC_TRY_ASSIGN(Unsigned composed, compose(contents, key, options));
    const Sha256 digest = composed.digest();
    const auto signature = fitting_signature(key, composed.package.signed_bytes(), given);
    if (!signature) return fail(not_its_signature(options, key, digest, given));
    RPROC_TRY_ASSIGN(Bytes image, composed.package.finish(*signature));
    return Product{options.outs.front(), std::move(image), key, std::move(composed.key_info), digest};
}

}  // namespace

Result<std::vector<Product>> produce(Console& console, const SignOptions& options, const Contents& contents) {
    std::vector<Product> products;
    if (options.digest_out || options.signature_in) {
        auto product =
            options.digest_out ? make_digest(console, options, contents) : take_signature(console, options, contents);
        if (!product) return fail(std::move(product).error());
        products.push_back(*std::move(product));
        return products;
    }
    for (std::size_t i = 0; i < options.keys.size(); ++i) {
        RPROC_TRY_ASSIGN(Product product, sign_with(console, options, contents, i));
        products.push_back(std::move(product));
    }
    return products;
}

std::string_view sign_type_name(SignType type) {
    return type == SignType::rsa_pkcs1_sha256 ? "rsa-pkcs1-sha256" : "ecdsa-p256-sha256";
}

}  // namespace rproc::cli
