// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rproc/internal/bytes.hpp"
#include "tee/refusal.hpp"

namespace rproc::tee::internal {

/// An image in shared memory as OP-TEE's application sees it: mapped in whole pages, at the start of a page. Bytes
/// between the image and the end of its last page are zero. A read of other memory kills the application.
class MappedImage {
  public:
    explicit MappedImage(std::vector<std::byte> image) : size_(image.size()), pages_(std::move(image)) {
        pages_.resize((pages_.size() + kPageSize - 1) / kPageSize * kPageSize);
    }

    /// The image, without the rest of its last page.
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return std::span(pages_).first(size_); }

    /// Reads without any check, as the application does.
    /// @param at from the start of the image; may be outside of it.
    /// @param what the structure, for the reason.
    /// @returns the structure, or TARGET_DEAD.
    template <rproc::internal::WireStruct T>
    [[nodiscard]] Checked<T> read(std::int64_t at, std::string_view what) const {
        const auto value = at < 0 ? std::nullopt : rproc::internal::read_at<T>(pages_, static_cast<std::uint64_t>(at));
        if (value) return *value;
        return refuse(
            ResultCode::target_dead,
            fmt::format("the application reads {} at an offset that it has not checked, outside of the image: "
                        "it dies, and its session is gone",
                        what));
    }

  private:
    static constexpr std::size_t kPageSize = 4096;

    std::size_t size_;
    std::vector<std::byte> pages_;
};

}  // namespace rproc::tee::internal
