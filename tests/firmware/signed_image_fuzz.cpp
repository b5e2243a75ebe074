// SPDX-License-Identifier: BSD-2-Clause
//
// Any bytes as a signed image: whatever is accepted fills the file exactly, and every span lies inside it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>
#include <vector>

#include "rproc/firmware/signed_image.hpp"

namespace {

using Span = std::span<const std::byte>;

void demand(bool holds) {
    if (!holds) std::abort();
}

void demand_inside(Span inner, Span outer) {
    const std::less_equal<> at_most;
    demand(inner.empty() ||
           (at_most(outer.data(), inner.data()) && at_most(inner.data() + inner.size(), outer.data() + outer.size())));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::uint8_t> exact(data, data + size);
    const Span bytes = std::as_bytes(std::span(exact));
    const auto image = rproc::SignedImage::parse(bytes);
    if (!image) return 0;

    demand(rproc::SignedImage::recognises(bytes));
    demand_inside(image->signed_bytes(), bytes);
    demand_inside(image->signature(), bytes);
    demand_inside(image->images(), bytes);
    demand(!image->signature().empty());
    image->for_each_tlv([&](const rproc::Tlv& tlv) { demand_inside(tlv.value, image->signed_bytes()); });
    for (std::uint32_t i = 0; i < image->image_count() + 1; ++i) {
        if (const auto inner = image->image(i)) demand_inside(*inner, image->images());
    }
    for (std::size_t i = 0; i < image->hash_count(); ++i) static_cast<void>(image->hash(i));
    return 0;
}
