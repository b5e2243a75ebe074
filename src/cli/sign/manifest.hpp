// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string>

#include "cli/sign/product.hpp"

namespace rproc::cli {

/// The manifest of --manifest: a JSON object on several lines. It has no date and no directories, so the same inputs
/// give the same text, except for the hash of an image whose bytes are random (an ECDSA signature, encryption).
[[nodiscard]] std::string manifest_of(const SignOptions& options, const Contents& contents,
                                      std::span<const Product> products);

}  // namespace rproc::cli
