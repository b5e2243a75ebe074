// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace rproc::check {

/// "46,104", for comparison with linker maps.
[[nodiscard]] inline std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t left = digits.size(); left > 3; left -= 3) digits.insert(left - 3, 1, ',');
    return digits;
}

/// "46,104 bytes", "1 byte"
[[nodiscard]] inline std::string byte_count(std::uint64_t number) {
    return grouped(number) + (number == 1 ? " byte" : " bytes");
}

}  // namespace rproc::check
