// SPDX-License-Identifier: BSD-2-Clause
// rproc sign: puts ELF images into a signed package, with a signature made here or elsewhere.

#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/common/encryption_key.hpp"
#include "cli/common/whole_file.hpp"
#include "cli/sign/options.hpp"
#include "cli/sign/passphrase.hpp"
#include "rproc/firmware/sha256.hpp"
#include "rproc/firmware/signed_builder.hpp"

namespace rproc::cli {
namespace {

using Bytes = std::vector<std::byte>;
using Json = nlohmann::ordered_json;

/// What goes into a file, and which key it is for.
struct Product {
    Bytes bytes;
    PublicKey key;
};

/// What is to be signed.
struct Contents {
    SignedImageBuilder builder{};
    std::vector<std::size_t> sizes{};  ///< of the images, in their order
};

Result<Firmware> read_image(const std::string& path) {
    auto file = read_firmware_file(path);
    if (!file) {
        // The hint is about names below /lib/firmware, which do not apply here.
        if (file.error().code() != ErrorCode::firmware_changed) file.error().set_hint("");
        return file;
    }
    return Firmware(path, file->bytes(), std::make_shared<Firmware>(*file));
}

Result<Contents> gather(const SignOptions& options) {
    Contents contents;
    SignedImageBuilder& builder = contents.builder;
    for (const std::string& path : options.images) {
        RPROC_TRY_ASSIGN(const Firmware image, read_image(path));
        RPROC_TRY(builder.add_image(image));
        contents.sizes.push_back(image.bytes().size());
    }
    if (options.key_info) {
        RPROC_TRY_ASSIGN(const Secret info, read_secret_file(*options.key_info));
        RPROC_TRY(builder.set_key_info(info.bytes()));
    }
    for (const auto& [id, value] : options.platform_tlvs) {
        RPROC_TRY_ASSIGN(const auto tlv, platform_tlv(id, value));
        RPROC_TRY(builder.add_platform_tlv(tlv.type, tlv.value));
    }
    if (options.image_version) builder.set_image_version(*options.image_version);
    if (options.encrypt_key) {
        RPROC_TRY_ASSIGN(const AesKey key, read_encryption_key(*options.encrypt_key));
        builder.encrypt(key);
    }
    return contents;
}

constexpr ErrorText kOtherKey{.code = ErrorCode::key_unsupported,
                              .message = "is a key for {0}, and --key_type says {1}"};

Result<void> check_type(const SignOptions& options, const PublicKey& key) {
    const std::string_view type = key.sign_type() == SignType::rsa_pkcs1_sha256 ? "RSA" : "ECC";
    if (!options.key_type || *options.key_type == type) return {};
    return fail(kOtherKey, place::File{options.key.substr(0, options.key.find('?'))}, key.description(),
                *options.key_type);
}

void warn(Console& console, std::string_view what, std::string_view hint) {
    console.err.print("rproc: {} {}\n", console.err.warn("warning:"), printable(what));
    console.err.print("       hint:  {}\n", printable(hint));
}

void warn_of_open_key(Console& console, const SignOptions& options) {
    const auto file = key_file(options.key);
    struct stat status {};
    if (!file || ::stat(file->c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) return;
    warn(console, fmt::format("every user of this machine can read the private key {}", file->string()),
         "chmod 600 KEY");
}

Result<PublicKey> read_public_key(Console& console, const SignOptions& options) {
    RPROC_TRY_ASSIGN(const PublicKey key, PublicKey::read(*key_file(options.key)));
    RPROC_TRY(check_type(options, key));
    if (key.came_with_private()) {
        warn(console, fmt::format("{} is a private key; its public half is enough here", options.key),
             "openssl pkey -in KEY -pubout -out PUB");
    }
    return key;
}

Result<Product> sign_here(Console& console, const SignOptions& options, const SignedImageBuilder& builder) {
    RPROC_TRY_ASSIGN(const auto key, SigningKey::open(options.key, passphrase_source(options, console.err)));
    RPROC_TRY(check_type(options, key.public_key()));
    warn_of_open_key(console, options);
    RPROC_TRY_ASSIGN(Bytes image, builder.sign(key));
    return Product{std::move(image), key.public_key()};
}

Result<Product> make_digest(Console& console, const SignOptions& options, const SignedImageBuilder& builder) {
    RPROC_TRY_ASSIGN(const PublicKey key, read_public_key(console, options));
    RPROC_TRY_ASSIGN(const auto package, builder.compose(key.sign_type(), key.signature_size()));
    const auto digest = sha256(package.signed_bytes());
    const auto bytes = std::as_bytes(std::span(digest));
    return Product{{bytes.begin(), bytes.end()}, key};
}

/// The signature in the form of signed images, when it belongs to the bytes.
std::optional<Bytes> fitting_signature(const PublicKey& key, std::span<const std::byte> bytes, const Secret& given) {
    const Bytes as_given(given.bytes().begin(), given.bytes().end());
    for (const Bytes& candidate : {as_given, raw_ecdsa_signature(as_given)})
        if (key.verifies(bytes, candidate)) return candidate;
    return std::nullopt;
}

constexpr ErrorText kOtherSignature{.code = ErrorCode::signature_mismatch,
                                    .message = "is not the signature of these images by {0} {1}",
                                    .hint = "images, their order and the options must be those of --digest-out"};
constexpr ErrorText kOtherRsaSignature{
    .code = ErrorCode::signature_mismatch,
    .message = kOtherSignature.message,
    .hint =
        "images, their order and the options must be those of --digest-out; PKCS#1 v1.5 signs the digest inside a "
        "DigestInfo: openssl pkeyutl -sign -pkeyopt digest:sha256"};
constexpr ErrorText kUnwritable{.code = ErrorCode::file_unwritable, .message = "cannot be written: {0}"};

Error not_its_signature(const SignOptions& options, const PublicKey& key) {
    const Place where = place::File{*options.signature_in};
    const bool rsa = key.sign_type() == SignType::rsa_pkcs1_sha256;
    return rsa ? Error(kOtherRsaSignature, where, key.description(), options.key)
               : Error(kOtherSignature, where, key.description(), options.key);
}

Result<Product> take_signature(Console& console, const SignOptions& options, const SignedImageBuilder& builder) {
    RPROC_TRY_ASSIGN(const PublicKey key, read_public_key(console, options));
    RPROC_TRY_ASSIGN(const Secret given, read_secret_file(*options.signature_in));
    RPROC_TRY_ASSIGN(const auto package, builder.compose(key.sign_type(), key.signature_size()));
    if (const auto signature = fitting_signature(key, package.signed_bytes(), given)) {
        RPROC_TRY_ASSIGN(Bytes image, package.finish(*signature));
        return Product{std::move(image), key};
    }
    return fail(not_its_signature(options, key));
}

Result<Product> produce(Console& console, const SignOptions& options, const SignedImageBuilder& builder) {
    if (options.digest_out) return make_digest(console, options, builder);
    if (options.signature_in) return take_signature(console, options, builder);
    return sign_here(console, options, builder);
}

ExitStatus cannot_write(Console& console, const std::string& path, int error) {
    report(console, Error(kUnwritable, place::File{path}, std::generic_category().message(error)));
    if (error == EACCES || error == EPERM || error == EROFS) return ExitStatus::permission;
    return error == ENOENT || error == ENOTDIR ? ExitStatus::not_found : ExitStatus::io_error;
}

Json json_of(const SignOptions& options, const Contents& contents, const Product& product) {
    Json images = Json::array();
    for (std::size_t i = 0; i < options.images.size(); ++i)
        images.push_back({{"file", options.images[i]}, {"size", contents.sizes[i]}});
    const bool rsa = product.key.sign_type() == SignType::rsa_pkcs1_sha256;
    Json object{{"schema", "rproc.sign/1"},         {"out", options.written()},
                {"images", std::move(images)},      {"sign_type", rsa ? "rsa-pkcs1-sha256" : "ecdsa-p256-sha256"},
                {"key", product.key.fingerprint()}, {"size", product.bytes.size()}};
    return object;
}

void print(Output& out, const SignOptions& options, const Product& product) {
    const std::string file = printable(options.written());
    const std::string key = fmt::format("{} {}", product.key.description(), product.key.fingerprint());
    if (options.digest_out) {
        out.print("{}: the SHA-256 to be signed by {}\n", out.bold(file), key);
        out.print("{} sign it, then the same call with --signature-in SIG in place of --digest-out\n",
                  out.dim("next:"));
        return;
    }
    const std::string_view encrypted = options.encrypt_key ? ", encrypted" : "";
    out.print("{}: {}, {}{}, signed by {}\n", out.bold(file), counted(product.bytes.size(), "byte"),
              counted(options.images.size(), "image"), encrypted, key);
    out.print("{} rproc verify {} --key PUB\n", out.dim("next:"), file);
}

ExitStatus run_sign(Console& console, const SignOptions& options) {
    const auto contents = gather(options);
    if (!contents) return report(console, contents.error());
    const auto product = produce(console, options, contents->builder);
    if (!product) return report(console, product.error());
    const int error = write_whole_file(options.written(), product->bytes);
    if (error != 0) return cannot_write(console, options.written(), error);
    if (options.json) {
        console.out.json(json_of(options, *contents, *product));
    } else if (!options.quiet) {
        print(console.out, options, *product);
    }
    return ExitStatus::yes;
}

}  // namespace

Command add_sign(CLI::App& app) {
    auto* const sign = app.add_subcommand("sign", "Sign firmware for OP-TEE's remoteproc application");
    const auto options = std::make_shared<SignOptions>();
    add_sign_options(*sign, *options);
    add_help_footer(*sign,
                    "  rproc sign --in app.elf --key key.pem --out app.signed\n"
                    "  rproc sign --in cm4.elf --in data.elf --key 'pkcs11:token=board;object=m4' --out app.signed\n"
                    "  rproc sign --in app.elf --key pub.pem --digest-out app.digest       then sign app.digest, and\n"
                    "  rproc sign --in app.elf --key pub.pem --signature-in app.sig --out app.signed\n");
    return {sign, options, [options](Console& console) { return run_sign(console, *options); }};
}

}  // namespace rproc::cli
