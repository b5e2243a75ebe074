// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "rproc/memory/address.hpp"
#include "tee/mapped_image.hpp"
#include "tee/refusal.hpp"
#include "tee/remote_memories.hpp"

namespace rproc::tee::internal {

/// An image of a package, where the application looks for it: perhaps not inside the package.
struct OpteeImage {
    std::uint32_t index;
    bool is_only;        ///< the package has no other image
    std::int64_t start;  ///< in the package
    std::uint32_t size;

    /// The offset in the package of an offset in the image.
    [[nodiscard]] std::int64_t at(std::uint64_t offset) const noexcept {
        return start + static_cast<std::int64_t>(offset);
    }
};

/// Finds the resource table of an image as OP-TEE's application does: by the name of its section.
/// @returns its place in memory, empty without one, or the refusal. It need not lie in a segment.
[[nodiscard]] Checked<PhysicalRange> find_optee_table(const MappedImage& memory, const OpteeImage& image,
                                                      const RemoteMemories& memories);

}  // namespace rproc::tee::internal
