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

/// A segment of a package, its bytes in the file, and the vector that its encryption began with.
struct AuthenticSegment {
    ElfSegment header;
    std::span<const std::byte> contents;
    std::optional<std::span<const std::byte>> iv;  ///< set: encrypted
};

/// A package whose signature, structure and hashes were found good. Owns the bytes that all its parts point into.
///
/// Of the images only the program headers and what they cover are authentic: the rest of the ELF header, the section
/// headers and bytes outside all segments are not covered by the format.
struct AuthenticPackage {
    std::shared_ptr<const std::vector<std::byte>> bytes;
    std::vector<ElfImage> images;
    std::vector<std::vector<AuthenticSegment>> segments;  ///< of each image
    std::optional<std::size_t> key;                       ///< which signed it; nothing when that was not looked at
};

/// Checks a package against a policy. `bytes` must be a private copy of what a client shared.
/// @returns the package, or the first refusal, with the result codes of OP-TEE's application where it makes the check.
[[nodiscard]] Checked<AuthenticPackage> authenticate(std::vector<std::byte> bytes, const SoftwareTeePolicy& policy);

}  // namespace rproc::tee::internal
