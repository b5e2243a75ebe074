// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rproc/firmware/signed_image.hpp"
#include "rproc/tee/software_tee_policy.hpp"
#include "tee/mapped_image.hpp"
#include "tee/refusal.hpp"

namespace rproc::tee::internal {

/// A package that passed the checks which OP-TEE's application makes before it looks at the images: sizes, header,
/// signature.
class OpteePackage {
  public:
    /// Checks the header and the signature.
    /// @returns the package, or the refusal. The refusal of a signature type that the platform does not verify names
    ///   the key that signed the package.
    [[nodiscard]] static Checked<OpteePackage> authenticate(std::vector<std::byte> image,
                                                            const SoftwareTeePolicy& policy);

    /// The whole package in memory.
    [[nodiscard]] const MappedImage& memory() const noexcept { return memory_; }
    /// The first byte of the images in the package.
    [[nodiscard]] std::uint64_t images_offset() const noexcept { return images_offset_; }
    /// The bytes of all images.
    [[nodiscard]] std::uint64_t images_size() const noexcept { return header_.img_len; }
    /// Index of the key that signed the package; nothing if not verified.
    [[nodiscard]] std::optional<std::size_t> key() const noexcept { return key_; }

    /// The value of the first TLV of a type.
    /// @param name for the reason.
    /// @returns the value, not empty, or NO_DATA.
    [[nodiscard]] Checked<std::span<const std::byte>> tlv(TlvType type, std::string_view name) const;

    /// Whether the heap of the application holds a copy of `size` bytes beside that of header, TLVs and signature.
    /// @param what is copied, for the reason.
    /// @returns nothing, or OUT_OF_MEMORY.
    [[nodiscard]] Checked<void> allocate(std::uint64_t size, std::string_view what) const;

  private:
    OpteePackage(MappedImage memory, const OpteeLimits& limits);

    [[nodiscard]] Checked<void> check_header() const;
    [[nodiscard]] Checked<SignType> sign_type() const;
    [[nodiscard]] Checked<void> check_signature(const SoftwareTeePolicy& policy);
    [[nodiscard]] std::span<const std::byte> find(TlvType type) const noexcept;

    MappedImage memory_;
    OpteeLimits limits_;
    wire::SignedHeader header_{};
    std::uint64_t images_offset_ = 0;
    std::optional<std::size_t> key_{};
};

}  // namespace rproc::tee::internal
