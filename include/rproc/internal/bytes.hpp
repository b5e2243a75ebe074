// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

/// Byte access for the parsers: little-endian fields of alignment 1, and structures copied out of checked spans. No
/// function casts a pointer; `read_at` checks the bounds of every structure.
namespace rproc::internal {

/// An unsigned little-endian integer in a file or in shared memory. Independent of alignment and byte order of the
/// host.
template <std::unsigned_integral T>
class LittleEndian {
  public:
    constexpr LittleEndian() = default;
    constexpr LittleEndian(T value) noexcept {  // NOLINT(google-explicit-constructor): a field reads like its integer
        for (std::size_t i = 0; i < sizeof(T); ++i) bytes_[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }

    /// The value in the byte order of the host.
    [[nodiscard]] constexpr T get() const noexcept {
        T value = 0;
        for (std::size_t i = sizeof(T); i-- > 0;) value = static_cast<T>((value << 8U) | bytes_[i]);
        return value;
    }
    constexpr operator T() const noexcept { return get(); }  // NOLINT(google-explicit-constructor)

  private:
    std::array<std::uint8_t, sizeof(T)> bytes_{};
};

using Le16 = LittleEndian<std::uint16_t>;
using Le32 = LittleEndian<std::uint32_t>;
using Le64 = LittleEndian<std::uint64_t>;
static_assert(sizeof(Le32) == 4 && alignof(Le32) == 1);

/// A structure that may be copied byte by byte from external data: no padding, no pointers, alignment 1.
template <class T>
concept WireStruct = std::is_trivially_copyable_v<T> && alignof(T) == 1;

/// Whether `size` bytes from `offset` lie inside `total` bytes. Never wraps.
[[nodiscard]] constexpr bool fits(std::uint64_t offset, std::uint64_t size, std::uint64_t total) noexcept {
    return offset <= total && size <= total - offset;
}

/// A part of `bytes`, with 64-bit offset and size, which may come from a file larger than the address space.
/// Precondition: `fits(offset, size, bytes.size())`; a std::size_t of 32 bits then holds both.
template <class Byte>
[[nodiscard]] constexpr std::span<Byte> slice(std::span<Byte> bytes, std::uint64_t offset,
                                              std::uint64_t size) noexcept {
    return bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

/// The bytes from `offset` to the end. Precondition: `offset <= bytes.size()`.
template <class Byte>
[[nodiscard]] constexpr std::span<Byte> slice(std::span<Byte> bytes, std::uint64_t offset) noexcept {
    return bytes.subspan(static_cast<std::size_t>(offset));
}

/// @returns the structure at `offset`, or nothing when it is not completely inside `bytes`.
template <WireStruct T>
[[nodiscard]] std::optional<T> read_at(std::span<const std::byte> bytes, std::uint64_t offset) noexcept {
    if (!fits(offset, sizeof(T), bytes.size())) return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

/// @returns false, with nothing written, when the structure at `offset` would not be completely inside `bytes`.
template <WireStruct T>
[[nodiscard]] bool write_at(std::span<std::byte> bytes, std::uint64_t offset, const T& value) noexcept {
    if (!fits(offset, sizeof(T), bytes.size())) return false;
    std::memcpy(bytes.data() + offset, &value, sizeof(T));
    return true;
}

}  // namespace rproc::internal
