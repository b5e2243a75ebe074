// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "rproc/firmware/aes_cbc.hpp"
#include "rproc/firmware/firmware.hpp"
#include "rproc/firmware/platform_tlvs.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/firmware/signing_key.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// A package that lacks nothing but its signature. A plain value.
class UnsignedImage {
  public:
    /// What is to be signed: header and TLV area.
    [[nodiscard]] std::span<const std::byte> signed_bytes() const noexcept { return signed_bytes_; }

    /// The file. Whether the signature belongs to the bytes is not looked at; see PublicKey::verifies.
    /// @returns the signed image, or signature_mismatch: the signature is not as long as was announced.
    [[nodiscard]] Result<std::vector<std::byte>> finish(std::span<const std::byte> signature) const;

  private:
    friend class SignedImageBuilder;
    UnsignedImage(std::vector<std::byte> signed_bytes, std::vector<Firmware> images, std::size_t signature_size)
        : signed_bytes_(std::move(signed_bytes)), images_(std::move(images)), signature_size_(signature_size) {}

    std::vector<std::byte> signed_bytes_;
    std::vector<Firmware> images_;
    std::size_t signature_size_;
};

/// Puts ELF images into a package for OP-TEE's remoteproc trusted application (see signed_image.hpp for the format),
/// byte for byte as OP-TEE's own script does. A value; used by one thread at a time.
class SignedImageBuilder {
  public:
    /// Where initialisation vectors come from.
    using IvSource = std::function<AesIv()>;

    /// Adds an image behind those already there. Its bytes are shared, not copied.
    /// @returns nothing, or image_unsignable: it is no 32-bit little-endian Arm ELF file, it is a signed image already,
    ///   its program headers or a segment's bytes do not lie inside the file, or there are 255 images.
    [[nodiscard]] Result<void> add_image(const Firmware& image);

    /// Tells the trusted application which key to take; only its platform knows how.
    /// @returns nothing, or tlv_unwritable: there are no bytes.
    [[nodiscard]] Result<void> set_key_info(std::span<const std::byte> info);

    /// Adds a platform TLV; a type that is there already gets the new value, at its old place.
    /// @returns nothing, or tlv_unwritable: the type is not between 0x10000 and 0x1ffff, or the value has no bytes.
    [[nodiscard]] Result<void> add_platform_tlv(std::uint32_t type, std::span<const std::byte> value);

    /// Writes PlatformTlv::image_version.
    void set_image_version(std::uint32_t version);

    /// Encrypts every segment that is loaded (AES-256-CBC), and writes PlatformTlv::encryption and ivs.
    void encrypt(const AesKey& key, IvSource ivs = random_iv) { encryption_ = {key, std::move(ivs)}; }

    /// Puts together what is to be signed.
    /// @param signature_size bytes of the signature to come: as many as the RSA modulus has, or 64.
    /// @returns the package, or
    ///   image_unsignable: there is no image; the package needs more than 32 bits for a length; or it shall be
    ///     encrypted, and a segment's bytes are no multiple of 16, or overlap another's or the ELF file's headers.
    [[nodiscard]] Result<UnsignedImage> compose(SignType type, std::size_t signature_size) const;

    /// Composes and signs.
    /// @returns the file, or an error of `compose` or of SigningKey::sign.
    [[nodiscard]] Result<std::vector<std::byte>> sign(const SigningKey& key) const;

  private:
    struct PlatformValue {
        std::uint32_t type;
        std::vector<std::byte> value;
    };
    struct EncryptionChoice {
        AesKey key;
        IvSource ivs;
    };

    static void put(std::vector<PlatformValue>& tlvs, std::uint32_t type, std::span<const std::byte> value);
    [[nodiscard]] Result<std::vector<Firmware>> encrypt_images(std::vector<PlatformValue>& tlvs) const;

    std::vector<Firmware> images_;
    std::vector<std::byte> key_info_;
    std::vector<PlatformValue> platform_tlvs_;
    std::optional<EncryptionChoice> encryption_;
};

}  // namespace rproc
