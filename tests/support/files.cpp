// SPDX-License-Identifier: BSD-2-Clause
#include "support/files.hpp"

#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>

namespace rproc::test {

std::vector<std::byte> read_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path.string());
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

}  // namespace rproc::test
