// SPDX-License-Identifier: BSD-2-Clause
#include "cli/sign/contents.hpp"

#include <memory>
#include <span>
#include <utility>

#include "cli/common/encryption_key.hpp"
#include "rproc/firmware/sha256.hpp"

namespace rproc::cli {
namespace {

using Bytes = std::vector<std::byte>;

constexpr ErrorText kEmptyInfo{.code = ErrorCode::tlv_unwritable,
                               .message = "is empty, and PKEYINFO needs at least one byte"};

Result<Firmware> read_image(const std::string& path) {
    auto file = read_firmware_file(path);
    if (!file) {
        // The hint is about names below /lib/firmware, which do not apply here.
        if (file.error().code() != ErrorCode::firmware_changed) file.error().set_hint("");
        return file;
    }
    return Firmware(path, file->bytes(), std::make_shared<Firmware>(*file));
}

Result<Bytes> info_in_file(const std::string& path) {
    RPROC_TRY_ASSIGN(const Secret info, read_secret_file(path));
    if (info.bytes().empty()) return fail(kEmptyInfo, place::File{path});
    return Bytes(info.bytes().begin(), info.bytes().end());
}

}  // namespace

Result<Contents> gather(const SignOptions& options) {
    Contents contents;
    SignedImageBuilder& builder = contents.builder;
    for (const std::string& path : options.images) {
        RPROC_TRY_ASSIGN(Firmware image, read_image(path));
        RPROC_TRY(builder.add_image(image));
        contents.images.push_back(std::move(image));
    }
    for (const auto& [id, value] : options.platform_tlvs) {
        RPROC_TRY_ASSIGN(auto tlv, platform_tlv(id, value));
        RPROC_TRY(builder.add_platform_tlv(tlv.type, tlv.value));
        contents.tlvs.push_back(std::move(tlv));
    }
    if (options.image_version) builder.set_image_version(*options.image_version);
    if (options.encrypt_key) {
        RPROC_TRY_ASSIGN(const AesKey key, read_encryption_key(*options.encrypt_key));
        builder.encrypt(key);
    }
    return contents;
}

Result<Bytes> key_info_for(const PublicKey& key, const SignOptions& options) {
    if (options.key_info) return info_in_file(*options.key_info);
    if (!options.pkeyinfo || *options.pkeyinfo == "none") return Bytes();
    if (*options.pkeyinfo == "der") return key.der();
    if (*options.pkeyinfo != "sha256") return info_in_file(*options.pkeyinfo);
    const auto digest = sha256(key.der());
    const auto bytes = std::as_bytes(std::span(digest));
    return Bytes(bytes.begin(), bytes.end());
}

}  // namespace rproc::cli
