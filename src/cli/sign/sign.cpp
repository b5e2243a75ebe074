// SPDX-License-Identifier: BSD-2-Clause
// rproc sign: puts ELF images into a signed package, with a signature made here or elsewhere.

#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/common/passphrase.hpp"
#include "cli/common/whole_file.hpp"
#include "cli/sign/manifest.hpp"
#include "cli/sign/options.hpp"
#include "cli/sign/product.hpp"
#include "firmware/hash_order.hpp"
#include "rproc/firmware/elf_image.hpp"

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr ErrorText kUnwritable{.code = ErrorCode::file_unwritable, .message = "cannot be written: {0}"};

ExitStatus cannot_write(Console& console, const WriteFailure& failure) {
    const int error = failure.error;
    report(console, Error(kUnwritable, place::File{failure.path.native()}, std::generic_category().message(error)));
    if (error == EACCES || error == EPERM || error == EROFS) return ExitStatus::permission;
    return error == ENOENT || error == ENOTDIR ? ExitStatus::not_found : ExitStatus::io_error;
}

Json json_of(const Contents& contents, const Product& product) {
    Json images = Json::array();
    for (const Firmware& image : contents.images)
        images.push_back({{"file", image.name()}, {"size", image.bytes().size()}});
    return {{"schema", "rproc.sign/1"},         {"out", product.file},
            {"images", std::move(images)},      {"sign_type", sign_type_name(product.key.sign_type())},
            {"key", product.key.fingerprint()}, {"size", product.bytes.size()}};
}

void print(Output& out, const SignOptions& options, const Product& product) {
    const std::string file = printable(product.file);
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

std::optional<WriteFailure> write(const SignOptions& options, const Contents& contents,
                                  const std::vector<Product>& products) {
    std::vector<FileContent> files;
    for (const Product& product : products) files.push_back({product.file, product.bytes});
    const std::string manifest = manifest_of(options, contents, products);
    if (options.manifest) files.push_back({*options.manifest, std::as_bytes(std::span(manifest))});
    return write_whole_files(files);
}

/// The images are sound, and OP-TEE refuses them all the same.
void warn_of_hash_order(Console& console, std::span<const Firmware> images) {
    std::vector<ElfImage> elfs;
    for (const Firmware& image : images)
        if (const auto elf = ElfImage::parse(image.bytes())) elfs.push_back(*elf);
    for (const internal::MistakenSegment& mistaken : internal::mistaken_segments(elfs)) {
        const internal::HashEntry& found = mistaken.found;
        const bool same_image = found.image == mistaken.wanted.image;
        warn(console,
             fmt::format("{}: OP-TEE answers {}: it looks for the hash of segment {} by the load address {} alone, and "
                         "finds that of program header {} ({}){}",
                         images[mistaken.wanted.image].name(), internal::to_string(mistaken.result),
                         mistaken.wanted.segment.index, hex(mistaken.wanted.segment.paddr.value()), found.segment.index,
                         internal::program_header_type(found.segment),
                         same_image ? "" : fmt::format(" of {}", images[found.image].name())),
             std::string(internal::how_to_link(mistaken)));
    }
}

ExitStatus run_sign(Console& console, const SignOptions& options) {
    const auto contents = gather(options);
    if (!contents) return report(console, contents.error());
    const auto products = produce(console, options, *contents);
    if (!products) return report(console, products.error());
    warn_of_hash_order(console, contents->images);
    if (const auto failure = write(options, *contents, *products)) return cannot_write(console, *failure);
    for (const Product& product : *products) {
        if (options.json) {
            console.out.json(json_of(*contents, product));
        } else if (!options.quiet) {
            print(console.out, options, product);
        }
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
                    "  rproc sign --in app.elf --key old.pem --out old.signed --key new.pem --out new.signed\n"
                    "  rproc sign --in app.elf --key pub.pem --digest-out app.digest       then sign app.digest, and\n"
                    "  rproc sign --in app.elf --key pub.pem --signature-in app.sig --out app.signed\n");
    return {sign, options, [options](Console& console) { return run_sign(console, *options); }};
}

}  // namespace rproc::cli
