// SPDX-License-Identifier: BSD-2-Clause
// rproc keys: what a TEE needs to know of a key: fingerprint, PKEYINFO, OP-TEE's key file.

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/common/hex_bytes.hpp"
#include "cli/common/passphrase.hpp"
#include "cli/keys/c_file.hpp"
#include "rproc/firmware/public_key.hpp"
#include "rproc/firmware/signing_key.hpp"

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;

struct KeysOptions : CommonOptions {
    std::vector<std::string> keys;
    std::optional<std::string> passphrase;
    bool c_file = false;
    std::string prefix = "rproc_pub_key";
};

/// A key, and whether the private half can be used.
struct NamedKey {
    std::string name;
    PublicKey key;
    bool is_private;
};

/// A public key is read as it is; a private key that needs a passphrase, or is in a token, is opened.
Result<NamedKey> open_key(Console& console, const KeysOptions& options, const std::string& name) {
    if (const auto file = key_file(name)) {
        auto key = PublicKey::read(*file);
        if (key) return NamedKey{name, *key, key->came_with_private()};
        if (key.error().code() != ErrorCode::key_passphrase) return fail(std::move(key).error());
    }
    warn_of_visible_passphrase(console, name, options.passphrase);
    RPROC_TRY_ASSIGN(const auto key, SigningKey::open(name, passphrase_source(name, options.passphrase, console.err)));
    return NamedKey{key_name(name), key.public_key(), true};
}

Json json_of(const NamedKey& named) {
    const PublicKey& key = named.key;
    const bool rsa = key.sign_type() == SignType::rsa_pkcs1_sha256;
    const auto numbers = key.rsa_numbers();
    Json rsa_json = nullptr;
    if (numbers) rsa_json = {{"modulus", hex_bytes(numbers->modulus)}, {"exponent", hex_bytes(numbers->exponent)}};
    return {{"schema", "rproc.keys/1"},
            {"key", named.name},
            {"type", key.description()},
            {"sign_type", rsa ? "rsa-pkcs1-sha256" : "ecdsa-p256-sha256"},
            {"private", named.is_private},
            {"fingerprint", key.fingerprint()},
            {"pkeyinfo", {{"sha256", key.fingerprint()}, {"der", hex_bytes(key.der())}}},
            {"rsa", std::move(rsa_json)}};
}

void print(Output& out, const NamedKey& named) {
    const auto der = named.key.der();
    out.print("{}: {}, {}\n", out.bold(printable(named.name)), named.key.description(),
              named.is_private ? "private" : "public");
    out.print("  fingerprint      {}\n", named.key.fingerprint());
    out.print("  PKEYINFO sha256  {}\n", named.key.fingerprint());
    out.print("  PKEYINFO der     {} ({})\n", hex_bytes(der), counted(der.size(), "byte"));
}

ExitStatus run_keys(Console& console, const KeysOptions& options) {
    for (const std::string& name : options.keys) {
        const auto key = open_key(console, options, name);
        if (!key) return report(console, key.error());
        if (options.c_file) {
            const auto text = c_file_of(key->key, key->name, options.prefix);
            if (!text) return report(console, text.error());
            console.out.write(*text);
        } else if (options.json) {
            console.out.json(json_of(*key));
        } else if (options.quiet) {
            console.out.print("{}\n", key->key.fingerprint());
        } else {
            print(console.out, *key);
        }
    }
    return ExitStatus::yes;
}

bool is_c_name(std::string_view name) {
    const auto in_name = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
           std::ranges::all_of(name, in_name);
}

/// Why a call that the parser accepted is wrong; empty when it is not.
std::string mistake_in(const KeysOptions& options) {
    if (options.c_file && options.keys.size() > 1) return "--c takes one KEY: a key file of OP-TEE holds one";
    if (!is_c_name(options.prefix)) return fmt::format("--prefix {} is no name in C", options.prefix);
    return {};
}

}  // namespace

Command add_keys(CLI::App& app) {
    auto* const keys = app.add_subcommand("keys", "Show fingerprint, PKEYINFO and OP-TEE's key file of a key");
    const auto options = std::make_shared<KeysOptions>();
    keys->add_option("KEY", options->keys, "Public or private key, or certificate: a file, or a URI (pkcs11:...)")
        ->required()
        ->type_name("");
    keys->add_option("--key_pwd,--key-pwd", options->passphrase,
                     "Passphrase or PIN: env:VARIABLE, file:PATH, or itself; asked for on a terminal")
        ->option_text("PASSPHRASE");
    auto* const c_file =
        keys->add_flag("--c", options->c_file, "Print the C file with the key for the build of OP-TEE");
    keys->add_option("--prefix", options->prefix, "Beginning of the names in it; rproc_pub_key without it")
        ->option_text("NAME")
        ->needs(c_file);
    add_output_options(*keys, *options);
    c_file->excludes(keys->get_option("--json"));
    keys->callback([options] {
        if (const std::string mistake = mistake_in(*options); !mistake.empty()) throw CLI::ValidationError(mistake);
    });
    add_help_footer(*keys,
                    "  rproc keys release.pub.pem\n"
                    "  rproc keys --c release.pub.pem > rproc_pub_key.c\n"
                    "  rproc keys --json 'pkcs11:token=board;object=m4' | jq .fingerprint\n");
    return {keys, options, [options](Console& console) { return run_keys(console, *options); }};
}

}  // namespace rproc::cli
