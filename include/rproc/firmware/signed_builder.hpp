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

/// A complete package except for its signature. A value.
class UnsignedImage {
  public:
    /// The bytes to sign: header and TLV area. Valid as long as this object.
    [[nodiscard]] std::span<const std::byte> signed_bytes() const noexcept { return signed_bytes_; }

    /// Adds the signature. Does not verify it; see PublicKey::verifies.
    /// @returns the signed image, or
    ///   signature_mismatch: the signature has another size than `compose` was given.
    [[nodiscard]] Result<std::vector<std::byte>> finish(std::span<const std::byte> signature) const;

  private:
    friend class SignedImageBuilder;
    UnsignedImage(std::vector<std::byte> signed_bytes, std::vector<Firmware> images, std::size_t signature_size)
        : signed_bytes_(std::move(signed_bytes)), images_(std::move(images)), signature_size_(signature_size) {}

    std::vector<std::byte> signed_bytes_;
    std::vector<Firmware> images_;
    std::size_t signature_size_;
};

/// Builds a package of ELF images for OP-TEE's remoteproc trusted application (format: signed_image.hpp), byte for byte
/// as scripts/sign_rproc_fw.py of OP-TEE. Threads: not thread-safe.
class SignedImageBuilder {
  public:
    /// Supplies initialisation vectors.
    using IvSource = std::function<AesIv()>;

    /// Appends an image, whose bytes are shared.
    /// @returns nothing, or
    ///   image_unsignable: it is no 32-bit little-endian Arm ELF file; it is already a signed image; its program
    ///     headers or the bytes of a segment are not inside the file; or the package already has 255 images.
    [[nodiscard]] Result<void> add_image(const Firmware& image);

    /// Sets TlvType::key_info (PKEYINFO), by which the trusted application selects its key. Its content is
    /// platform-specific.
    /// @returns nothing, or tlv_unwritable: `info` is empty.
    [[nodiscard]] Result<void> set_key_info(std::span<const std::byte> info);

    /// Adds a platform TLV. A second value of the same type replaces the first, at its place.
    /// @returns nothing, or tlv_unwritable: the type is not between 0x10000 and 0x1ffff, or the value is empty.
    [[nodiscard]] Result<void> add_platform_tlv(std::uint32_t type, std::span<const std::byte> value);

    /// Adds PlatformTlv::image_version.
    void set_image_version(std::uint32_t version);

    /// Encrypts every PT_LOAD segment (AES-256-CBC) on `compose`, and adds PlatformTlv::encryption and
    /// PlatformTlv::ivs. @param ivs called once for each program header.
    void encrypt(const AesKey& key, IvSource ivs = random_iv) { encryption_ = {key, std::move(ivs)}; }

    /// Builds the package without its signature.
    /// @param signature_size of the future signature, in bytes: that of the RSA modulus, or 64.
    /// @returns the package, or
    ///   image_unsignable: there is no image; a length does not fit 32 bits; or, with encryption, a segment's bytes are
    ///     no multiple of 16, or overlap those of another segment or the headers of the ELF file.
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
