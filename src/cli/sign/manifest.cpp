// SPDX-License-Identifier: BSD-2-Clause
#include "cli/sign/manifest.hpp"

#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/common/hex_bytes.hpp"

namespace rproc::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string digest_of(std::span<const std::byte> bytes) {
    const Sha256 digest = sha256(bytes);
    return hex_bytes(std::as_bytes(std::span(digest)));
}

Json file_json(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    return {{"file", path.filename().string()}, {"size", bytes.size()}, {"sha256", digest_of(bytes)}};
}

Json tlvs_json(const Contents& contents) {
    std::map<std::uint32_t, std::string> values;  // the last value of a type counts
    for (const PlatformTlvBytes& tlv : contents.tlvs) values[tlv.type] = hex_bytes(tlv.value);
    Json tlvs = Json::array();
    for (const auto& [type, value] : values) tlvs.push_back({{"type", fmt::format("{:#x}", type)}, {"value", value}});
    return tlvs;
}

Json product_json(const SignOptions& options, const Product& product) {
    const bool ecdsa = product.key.sign_type() == SignType::ecdsa_p256_sha256;
    Json object = file_json(product.file, product.bytes);
    object["signed_sha256"] = hex_bytes(std::as_bytes(std::span(product.signed_digest)));
    object["reproducible"] = !ecdsa && !options.encrypt_key;
    object["sign_type"] = sign_type_name(product.key.sign_type());
    object["key_type"] = product.key.description();
    object["key"] = product.key.fingerprint();
    object["pkeyinfo"] = product.key_info.empty() ? Json(nullptr) : Json(hex_bytes(product.key_info));
    return object;
}

}  // namespace

std::string manifest_of(const SignOptions& options, const Contents& contents, std::span<const Product> products) {
    Json images = Json::array();
    for (const Firmware& image : contents.images) images.push_back(file_json(image.name(), image.bytes()));
    Json outputs = Json::array();
    for (const Product& product : products) outputs.push_back(product_json(options, product));
    const Json manifest{{"schema", "rproc.sign-manifest/1"},
                        {"tool", {{"name", "rproc"}, {"version", RPROC_VERSION}}},
                        {"images", std::move(images)},
                        {"image_version", options.image_version ? Json(*options.image_version) : Json(nullptr)},
                        {"platform_tlvs", tlvs_json(contents)},
                        {"encrypted", options.encrypt_key.has_value()},
                        {"outputs", std::move(outputs)}};
    return manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace rproc::cli
