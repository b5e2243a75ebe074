// SPDX-License-Identifier: BSD-2-Clause
#include "tee/shared_copy.hpp"

#include <atomic>

namespace rproc::tee::internal {

std::vector<std::byte> copy_shared(std::span<const std::byte> bytes) {
    std::vector<std::byte> copy(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        // atomic_ref requires a mutable object; it is only read.
        copy[i] = std::atomic_ref(const_cast<std::byte&>(bytes[i])).load(std::memory_order_relaxed);  // NOLINT
    }
    return copy;
}

}  // namespace rproc::tee::internal
