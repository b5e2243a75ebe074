// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as a signed image: the parts of an accepted image add up to the file, and every span lies inside it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>
#include <vector>

#include "rproc/firmware/signed_image.hpp"
#include "rproc/firmware/vendor_image.hpp"

namespace {

using Span = std::span<const std::byte>;

void require(bool holds) {
    if (!holds) std::abort();
}

void require_inside(Span inner, Span outer) {
    const std::less_equal<> at_most;
    require(inner.empty() ||
            (at_most(outer.data(), inner.data()) && at_most(inner.data() + inner.size(), outer.data() + outer.size())));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> exact(data, data + size);
    const Span bytes = std::as_bytes(std::span(exact));
    if (const auto older = rproc::VendorImage::parse(bytes)) {
        for (const auto& part : older->parts()) require_inside(older->bytes_of(part), bytes);
        require(rproc::SignedImage::flavour_of(bytes).has_value());
    }
    const auto image = rproc::SignedImage::parse(bytes);
    if (!image) return 0;

    require(rproc::SignedImage::recognises(bytes));
    require_inside(image->signed_bytes(), bytes);
    require_inside(image->signature(), bytes);
    require_inside(image->images(), bytes);
    require(!image->signature().empty());
    image->for_each_tlv([&](const rproc::Tlv& tlv) { require_inside(tlv.value, image->signed_bytes()); });
    for (std::uint32_t i = 0; i < image->image_count() + 1; ++i) {
        if (const auto inner = image->image(i)) require_inside(*inner, image->images());
    }
    for (std::size_t i = 0; i < image->hash_count(); ++i) static_cast<void>(image->hash(i));
    return 0;
}
