// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "rproc/firmware/aes_cbc.hpp"
#include "rproc/result.hpp"

namespace rproc {

/// Encrypts the file bytes of every PT_LOAD segment in place.
/// @param elf a file that SignedImageBuilder::add_image accepted.
/// @param name of the file, for errors.
/// @returns the initialisation vectors, one for each program header, or
///   image_unsignable, with nothing changed: a segment's bytes are no multiple of 16, or overlap those of another
///   segment, the headers of the ELF file, or the names of its sections.
[[nodiscard]] Result<std::vector<AesIv>> encrypt_segments(std::span<std::byte> elf, const std::string& name,
                                                          const AesKey& key, const std::function<AesIv()>& ivs);

}  // namespace rproc
