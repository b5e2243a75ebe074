// SPDX-License-Identifier: BSD-2-Clause
// Writes every shape to DIR/<name>.elf, for inspection or for a run on a real kernel (tests/data/README.md).

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "shapes.hpp"

namespace {

void write_shapes(const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory);
    for (const rproc::test::Shape& shape : rproc::test::all_shapes()) {
        std::ofstream file;
        file.exceptions(std::ios::failbit | std::ios::badbit);
        file.open(directory / (shape.name + ".elf"), std::ios::binary | std::ios::trunc);
        file.write(reinterpret_cast<const char*>(shape.image.data()), static_cast<std::streamsize>(shape.image.size()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: make_shapes DIR\n", stderr);
        return 2;
    }
    try {
        write_shapes(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "make_shapes: %s\n", error.what());
        return 1;
    }
    return 0;
}
