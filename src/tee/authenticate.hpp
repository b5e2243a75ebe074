// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "rproc/firmware/elf_image.hpp"
#include "rproc/firmware/signed_image.hpp"
#include "rproc/tee/software_tee.hpp"
#include "tee/refusal.hpp"

namespace rproc::tee::internal {

/// A segment of a package: its program header, its bytes in the file, and its initialisation vector.
struct AuthenticSegment {
    ElfSegment header;
    std::span<const std::byte> contents;
    std::optional<std::span<const std::byte>> iv;  ///< set if it is encrypted
};

/// A package whose signature, structure and hashes are valid. Owns the bytes that its parts refer to.
///
/// Of the images only the program headers and the bytes of the segments are authentic. The format covers neither the
/// rest of the ELF header nor the section headers nor bytes outside of all segments.
struct AuthenticPackage {
    std::shared_ptr<const std::vector<std::byte>> bytes;
    std::vector<ElfImage> images;
    std::vector<std::vector<AuthenticSegment>> segments;  ///< of each image
    std::optional<std::size_t> key;                       ///< index of the signing key; nothing if not verified
};

/// Checks a package against a policy.
/// @param bytes a private copy of the bytes that a client shared.
/// @returns the package, or the first refusal, with the result code of OP-TEE's application if that makes the check.
[[nodiscard]] Checked<AuthenticPackage> authenticate(std::vector<std::byte> bytes, const SoftwareTeePolicy& policy);

}  // namespace rproc::tee::internal
