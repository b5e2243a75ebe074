// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/readable_images.hpp"

#include <cstdint>

#include "rproc/firmware/platform_tlvs.hpp"
#include "rproc/firmware/signed_image.hpp"

namespace rproc {

std::vector<ElfImage> readable_images(const Firmware& firmware) {
    if (const auto image = ElfImage::parse(firmware.bytes())) return {*image};
    std::vector<ElfImage> images;
    const auto package = SignedImage::parse(firmware.bytes());
    if (!package || package->find(static_cast<TlvType>(PlatformTlv::encryption))) return images;
    for (std::uint32_t i = 0; i < package->image_count(); ++i) {
        const auto bytes = package->image(i);
        const auto image = bytes ? ElfImage::parse(*bytes) : fail(bytes.error());
        if (image) images.push_back(*image);
    }
    return images;
}

}  // namespace rproc
