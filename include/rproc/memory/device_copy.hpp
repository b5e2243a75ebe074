// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

/// Copies to and from memory that may be a device's. A mapping of /dev/mem outside of Linux's own RAM has the
/// attributes of a device on Arm: an access there faults unless its address is a multiple of its size (Arm ARM,
/// "Unaligned data access restrictions"), and `memcpy` is free to make others. These functions make aligned accesses of
/// 32 bits, and single bytes at the two ends; the compiler neither joins nor repeats them. They serve ordinary memory
/// as well.
namespace rproc {
namespace internal {

/// The mapping holds bytes; this type may look at them as a word.
using DeviceWord [[gnu::may_alias]] = volatile std::uint32_t;
inline constexpr std::size_t kDeviceWord = sizeof(std::uint32_t);

/// Precondition of both: `at` is a multiple of 4.
[[nodiscard]] inline std::uint32_t load_word(const std::byte* at) noexcept {
    return *reinterpret_cast<const DeviceWord*>(at);
}
inline void store_word(std::byte* at, std::uint32_t value) noexcept { *reinterpret_cast<DeviceWord*>(at) = value; }

[[nodiscard]] inline std::byte load_byte(const std::byte* at) noexcept {
    return *static_cast<const volatile std::byte*>(at);
}
inline void store_byte(std::byte* at, std::byte value) noexcept { *static_cast<volatile std::byte*>(at) = value; }

/// The accesses to `size` bytes at `at`, in ascending order: `byte(i)` for each byte before the first aligned word and
/// after the last, `word(i)` for each word in between; `i` is the offset in bytes.
template <typename B, typename W>
void for_each_access(const std::byte* at, std::size_t size, B byte, W word) {
    const auto past = reinterpret_cast<std::uintptr_t>(at) % kDeviceWord;
    const std::size_t head = std::min<std::size_t>(past == 0 ? 0 : kDeviceWord - past, size);
    const std::size_t words_end = size - (size - head) % kDeviceWord;
    std::size_t i = 0;
    for (; i < head; ++i) byte(i);
    for (; i < words_end; i += kDeviceWord) word(i);
    for (; i < size; ++i) byte(i);
}

}  // namespace internal

/// Writes `from`, which is ordinary memory of any alignment, to the front of `to`. The two do not overlap.
/// Precondition: `from.size() <= to.size()`.
inline void copy_to_device(std::span<std::byte> to, std::span<const std::byte> from) noexcept {
    const auto byte = [&](std::size_t i) { internal::store_byte(&to[i], from[i]); };
    const auto word = [&](std::size_t i) {
        std::uint32_t value = 0;
        std::memcpy(&value, &from[i], sizeof(value));
        internal::store_word(&to[i], value);
    };
    internal::for_each_access(to.data(), from.size(), byte, word);
}

/// Reads the front of `from` into `to`, which is ordinary memory of any alignment. The two do not overlap.
/// Precondition: `to.size() <= from.size()`.
inline void copy_from_device(std::span<std::byte> to, std::span<const std::byte> from) noexcept {
    const auto byte = [&](std::size_t i) { to[i] = internal::load_byte(&from[i]); };
    const auto word = [&](std::size_t i) {
        const std::uint32_t value = internal::load_word(&from[i]);
        std::memcpy(&to[i], &value, sizeof(value));
    };
    internal::for_each_access(from.data(), to.size(), byte, word);
}

/// Sets every byte to zero.
inline void clear_device(std::span<std::byte> bytes) noexcept {
    const auto byte = [&](std::size_t i) { internal::store_byte(&bytes[i], std::byte{0}); };
    const auto word = [&](std::size_t i) { internal::store_word(&bytes[i], 0); };
    internal::for_each_access(bytes.data(), bytes.size(), byte, word);
}

}  // namespace rproc
