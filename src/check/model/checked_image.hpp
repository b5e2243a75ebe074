// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "check/model/board_model.hpp"
#include "check/model/image_model.hpp"

namespace rproc::check {

/// An image and the board that it is for: what verdict and lints look at. Valid as long as the board's model and the
/// bytes of the image.
struct CheckedImage {
    ImageModel image;
    const BoardModel& board;
};

/// The image in these bytes; nothing when they are no ELF image that Linux accepts.
[[nodiscard]] inline std::optional<CheckedImage> check_image(std::span<const std::byte> bytes,
                                                             const BoardModel& board) {
    auto image = ImageModel::parse(bytes);
    if (!image) return std::nullopt;
    return CheckedImage{*std::move(image), board};
}

}  // namespace rproc::check
