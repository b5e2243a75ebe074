// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/hex_bytes.hpp"

#include <fmt/format.h>

namespace rproc::cli {

std::string hex_bytes(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte b : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(b));
    return text;
}

}  // namespace rproc::cli
