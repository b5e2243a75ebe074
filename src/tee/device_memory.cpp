// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_memory.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace rproc::tee::device {

std::optional<Pages> Pages::copy_of(std::span<const std::byte> bytes) noexcept {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    if (bytes.size() > SIZE_MAX - page) return std::nullopt;
    const std::size_t size = (std::max<std::size_t>(bytes.size(), 1) + page - 1) / page * page;
    auto* const memory = static_cast<std::byte*>(std::aligned_alloc(page, size));
    if (memory == nullptr) return std::nullopt;
    std::ranges::copy(bytes, memory);
    std::memset(memory + bytes.size(), 0, size - bytes.size());
    return Pages(memory);
}

void Pages::Free::operator()(std::byte* bytes) const noexcept { std::free(bytes); }

}  // namespace rproc::tee::device
