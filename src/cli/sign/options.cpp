// SPDX-License-Identifier: BSD-2-Clause
#include "cli/sign/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/common/passphrase.hpp"
#include "rproc/firmware/public_key.hpp"

namespace rproc::cli {
namespace {

namespace fs = std::filesystem;

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

std::optional<fs::path> pkeyinfo_file(const SignOptions& options) {
    constexpr std::array<std::string_view, 3> kWords{"sha256", "der", "none"};
    if (!options.pkeyinfo || std::ranges::find(kWords, *options.pkeyinfo) != kWords.end()) return std::nullopt;
    return *options.pkeyinfo;
}

std::vector<Input> inputs_of(const SignOptions& options) {
    std::vector<Input> inputs{{"--key_info", options.key_info},
                              {"--pkeyinfo", pkeyinfo_file(options)},
                              {"--encrypt-key", options.encrypt_key},
                              {"--signature-in", options.signature_in}};
    for (const std::string& key : options.keys) inputs.push_back({"--key", key_file(key)});
    for (const std::string& passphrase : options.passphrases)
        inputs.push_back({"--key_pwd", passphrase_file(passphrase)});
    for (const std::string& image : options.images) inputs.push_back({"--in", image});
    return inputs;
}

bool holds_private_key(const fs::path& path) {
    const auto key = PublicKey::read(path);
    return key ? key->came_with_private() : key.error().code() == ErrorCode::key_passphrase;
}

/// Why a file must not be written; empty when it may.
std::string mistake_in_output(const SignOptions& options, const fs::path& out) {
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

std::string mistake_in_outputs(const SignOptions& options) {
    std::vector<std::string> outputs = options.written();
    if (options.manifest) outputs.push_back(*options.manifest);
    std::vector<fs::path> seen;
    std::error_code ignored;
    for (const std::string& out : outputs) {
        if (out == kStandardInput) return "the result goes to a file; standard output has no name for it";
        if (std::string mistake = mistake_in_output(options, out); !mistake.empty()) return mistake;
        const fs::path real = fs::weakly_canonical(fs::absolute(out, ignored), ignored);
        if (std::ranges::find(seen, real) != seen.end()) return fmt::format("{} would be written twice", out);
        seen.push_back(real);
    }
    return {};
}

/// What the two steps of a signature that is made elsewhere exclude.
std::string mistake_in_two_steps(const SignOptions& options) {
    if (!options.digest_out && !options.signature_in) return {};
    if (options.encrypt_key) {
        return "--encrypt-key does not go with signing in two steps: each call encrypts with new random vectors, so "
               "the signature of one call does not match the image of the other";
    }
    if (options.keys.size() > 1) return "signing in two steps takes one --key: make each signature by itself";
    if (!key_file(options.keys.front()))
        return "with --digest-out and --signature-in, --key is the file of the public key";
    if (options.digest_out && options.manifest)
        return "--manifest describes a signed image, and --digest-out writes none";
    return {};
}

/// Why a call that the parser accepted is wrong; empty when it is not.
std::string mistake_in(const SignOptions& options) {
    if (std::string mistake = mistake_in_two_steps(options); !mistake.empty()) return mistake;
    const std::size_t keys = options.keys.size();
    if (options.written().empty()) return "--out is required";
    if (options.written().size() != keys)
        return fmt::format("an image has one signature, so each --key needs an --out: there are {} and {}", keys,
                           options.written().size());
    if (options.passphrases.size() > 1 && options.passphrases.size() != keys)
        return "give --key_pwd once for all keys, or once for each --key";
    return mistake_in_outputs(options);
}

/// A platform TLV of the OP-TEE of STMicroelectronics for STM32MP2.
struct VendorTlv {
    std::string_view name;
    bool holds_number;  ///< its value has 32 bits; else only its presence counts
};
constexpr std::array kVendorTlvs{VendorTlv{"BOOTADDR", true}, VendorTlv{"BOOT_SEC", false}};

const VendorTlv* vendor_tlv(std::string_view name) {
    const auto* const found = std::ranges::find(kVendorTlvs, name, &VendorTlv::name);
    return found == kVendorTlvs.end() ? nullptr : found;
}

Error bad_tlv(const std::string& id, const std::string& value, std::string_view message, std::string_view hint) {
    return Error::of({.code = ErrorCode::tlv_unwritable, .message = message, .hint = hint},
                     place::Option{fmt::format("--plat-tlv {} {}", id, value)}, {});
}

constexpr std::string_view kTlvExamples = "for example --plat-tlv 0x10001 0x10002000, or --plat-tlv 0x10002 board-a";

/// The number in ID, behind its name if it has one.
Result<std::uint32_t> type_in(const std::string& id, const std::string& value) {
    if (vendor_tlv(id) != nullptr) {
        return fail(
            bad_tlv(id, value, "names a TLV of the OP-TEE of STMicroelectronics, whose number is not known here",
                    "take the number from the sources of the OP-TEE on the board: --plat-tlv NAME=NUMBER VALUE"));
    }
    const auto equals = id.find('=');
    const auto type =
        number_of(equals == std::string::npos ? std::string_view(id) : std::string_view(id).substr(equals + 1));
    if (!type) return fail(bad_tlv(id, value, "ID is not a number of 32 bits", kTlvExamples));
    return *type;
}

/// Which key signs, and how the TEE finds it.
void add_key_options(CLI::App& app, SignOptions& options) {
    app.add_option("--key", options.keys, "Private key: a file in PEM or DER, or a URI (pkcs11:...); repeatable")
        ->option_text("FILE|URI")
        ->required()
        ->allow_extra_args(false);
    app.add_option("--key_type,--key-type", options.key_type, "RSA or ECC; must be the type of the key")
        ->option_text("TYPE")
        ->check(CLI::IsMember({"RSA", "ECC"}));
    auto* const info =
        app.add_option("--key_info,--key-info", options.key_info, "Bytes by which the TEE selects the key (PKEYINFO)")
            ->option_text("FILE");
    app.add_option("--pkeyinfo", options.pkeyinfo,
                   "PKEYINFO: sha256 or der of the public key, a file, or none (the default)")
        ->option_text("sha256|der|none|FILE")
        ->excludes(info);
    app.add_option("--key_pwd,--key-pwd", options.passphrases,
                   "Passphrase or PIN: env:VARIABLE, file:PATH, or itself; asked for on a terminal")
        ->option_text("PASSPHRASE")
        ->allow_extra_args(false);
}

}  // namespace

void add_sign_options(CLI::App& app, SignOptions& options) {
    app.add_option("--in", options.images, "ELF image to sign; several make one package, in their order")
        ->option_text("FILE")
        ->required()
        ->allow_extra_args(false);
    app.add_option("--out", options.outs, "The signed image; one for each --key, in their order")
        ->option_text("FILE")
        ->allow_extra_args(false);
    add_key_options(app, options);
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
    app.add_option("--manifest", options.manifest, "Write what was signed, and by which key, as JSON")
        ->option_text("FILE");
    add_output_options(app, options);
    app.callback([&options] {
        if (const std::string mistake = mistake_in(options); !mistake.empty()) throw CLI::ValidationError(mistake);
    });
}

Result<PlatformTlvBytes> platform_tlv(const std::string& id, const std::string& value) {
    RPROC_TRY_ASSIGN(const std::uint32_t type, type_in(id, value));
    const VendorTlv* const vendor = vendor_tlv(std::string_view(id).substr(0, id.find('=')));
    if (!value.starts_with("0x")) {
        if (vendor != nullptr && vendor->holds_number)
            return fail(bad_tlv(id, value, "its value is a number of 32 bits, which begins with 0x", kTlvExamples));
        const auto text = std::as_bytes(std::span(value));
        return PlatformTlvBytes{type, {text.begin(), text.end()}};
    }
    const auto number = number_of(value);
    if (!number) return fail(bad_tlv(id, value, "VALUE begins with 0x, and is not a number of 32 bits", kTlvExamples));
    const internal::Le32 wire = *number;
    const auto bytes = std::as_bytes(std::span(&wire, 1));
    return PlatformTlvBytes{type, {bytes.begin(), bytes.end()}};
}

}  // namespace rproc::cli
