// SPDX-License-Identifier: BSD-2-Clause
#include <rproc/firmware/elf_image.hpp>

int main() {
    const rproc::Result<rproc::ElfImage> image = rproc::ElfImage::parse({});
    return !image && image.error().code() == rproc::ErrorCode::elf_too_small ? 0 : 1;
}
