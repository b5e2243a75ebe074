// SPDX-License-Identifier: BSD-2-Clause
#include "cli/sign/options.hpp"

#include <charconv>
#include <span>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "rproc/firmware/public_key.hpp"
#include "rproc/firmware/signing_key.hpp"

namespace rproc::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFile = "file:";

std::optional<std::uint32_t> number_in(std::string_view text, int base) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Decimal, or hexadecimal behind 0x; nothing when it is neither, or needs more than 32 bits.
std::optional<std::uint32_t> number_of(std::string_view text) {
    return text.starts_with("0x") ? number_in(text.substr(2), 16) : number_in(text, 10);
}

struct Input {
    std::string_view option;
    std::optional<fs::path> file;
};

std::vector<Input> inputs_of(const SignOptions& options) {
    std::vector<Input> inputs{{"--key", key_file(options.key)},
                              {"--key_info", options.key_info},
                              {"--key_pwd", passphrase_file(options.key_passphrase)},
                              {"--encrypt-key", options.encrypt_key},
                              {"--signature-in", options.signature_in}};
    for (const std::string& image : options.images) inputs.push_back({"--in", image});
    return inputs;
}

bool holds_private_key(const fs::path& path) {
    const auto key = PublicKey::read(path);
    return key ? key->came_with_private() : key.error().code() == ErrorCode::key_passphrase;
}

/// Why a file must not be written; empty when it may.
std::string mistake_in_output(const SignOptions& options) {
    const fs::path out = options.written();
    std::error_code ignored;
    for (const Input& input : inputs_of(options)) {
        if (input.file && fs::equivalent(out, *input.file, ignored))
            return fmt::format("{} is the file of {}, and would be overwritten", out.string(), input.option);
    }
    if (!fs::exists(out, ignored)) return {};
    if (!fs::is_regular_file(out, ignored)) return fmt::format("{} is not a regular file", out.string());
    if (holds_private_key(out)) return fmt::format("{} holds a private key, and would be overwritten", out.string());
    return {};
}

/// Why a call that the parser accepted is wrong; empty when it is not.
std::string mistake_in(const SignOptions& options) {
    const bool two_steps = options.digest_out || options.signature_in;
    if (two_steps && options.encrypt_key) {
        return "--encrypt-key does not go with signing in two steps: each call encrypts with new random vectors, so "
               "the signature of one call does not match the image of the other";
    }
    if (two_steps && !key_file(options.key))
        return "with --digest-out and --signature-in, --key is the file of the public key";
    if (options.written().empty()) return "--out is required";
    if (options.written() == kStandardInput) return "the result goes to a file; standard output has no name for it";
    return mistake_in_output(options);
}

}  // namespace

void add_sign_options(CLI::App& app, SignOptions& options) {
    app.add_option("--in", options.images, "ELF image to sign; several make one package, in their order")
        ->option_text("FILE")
        ->required()
        ->allow_extra_args(false);
    app.add_option("--out", options.out, "The signed image")->option_text("FILE");
    app.add_option("--key", options.key, "Private key: a file in PEM or DER, or a URI (pkcs11:...)")
        ->option_text("FILE|URI")
        ->required();
    app.add_option("--key_type,--key-type", options.key_type, "RSA or ECC; must be the type of the key")
        ->option_text("TYPE")
        ->check(CLI::IsMember({"RSA", "ECC"}));
    app.add_option("--key_info,--key-info", options.key_info, "Bytes by which the TEE selects the key")
        ->option_text("FILE");
    app.add_option("--key_pwd,--key-pwd", options.key_passphrase,
                   "Passphrase of the key, or file:PATH that holds it; asked for on a terminal")
        ->option_text("PASSPHRASE");
    app.add_option("--plat-tlv", options.platform_tlvs,
                   "Platform TLV, repeatable; a VALUE that begins with 0x is a 32-bit number, else text")
        ->option_text("ID VALUE")
        ->allow_extra_args(false);
    app.add_option("--encrypt-key", options.encrypt_key,
                   "Encrypt the segments with AES-256: a key of 32 bytes, or 64 hexadecimal digits")
        ->option_text("FILE");
    app.add_option("--image-version", options.image_version, "A number that a TEE may compare with its minimum")
        ->option_text("N");
    auto* const digest = app.add_option("--digest-out", options.digest_out,
                                        "Only write the SHA-256 to be signed elsewhere; --key is the public key")
                             ->option_text("FILE");
    app.add_option("--signature-in", options.signature_in, "Use this signature of that digest")
        ->option_text("FILE")
        ->excludes(digest);
    add_output_options(app, options);
    app.callback([&options] {
        if (const std::string mistake = mistake_in(options); !mistake.empty()) throw CLI::ValidationError(mistake);
    });
}

Result<PlatformTlvBytes> platform_tlv(const std::string& id, const std::string& value) {
    const auto refuse = [&](std::string_view message) {
        return fail(Error::of({.code = ErrorCode::tlv_unwritable,
                               .message = message,
                               .hint = "for example --plat-tlv 0x10001 0x10002000, or --plat-tlv 0x10002 board-a"},
                              place::Option{fmt::format("--plat-tlv {} {}", id, value)}, {}));
    };
    const auto type = number_of(id);
    if (!type) return refuse("ID is not a number of 32 bits");
    if (!value.starts_with("0x")) {
        const auto text = std::as_bytes(std::span(value));
        return PlatformTlvBytes{*type, {text.begin(), text.end()}};
    }
    const auto number = number_of(value);
    if (!number) return refuse("VALUE begins with 0x, and is not a number of 32 bits");
    const internal::Le32 wire = *number;
    const auto bytes = std::as_bytes(std::span(&wire, 1));
    return PlatformTlvBytes{*type, {bytes.begin(), bytes.end()}};
}

std::optional<fs::path> key_file(const std::string& key) {
    if (!SigningKey::is_uri(key)) return key;
    if (!key.starts_with(kFile)) return std::nullopt;
    const std::string path = key.substr(kFile.size());
    return path.starts_with("//") ? path.substr(2) : path;
}

std::optional<fs::path> passphrase_file(const std::optional<std::string>& key_passphrase) {
    if (!key_passphrase || !key_passphrase->starts_with(kFile)) return std::nullopt;
    return key_passphrase->substr(kFile.size());
}

}  // namespace rproc::cli
