// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "rproc/text_arguments.hpp"

namespace rproc {

/// An address, in bytes, in one address space. Each space is a type of its own: only `DmaRanges` converts between them,
/// and no conversion from or to an integer is implicit. Arithmetic that could wrap returns an optional.
template <class Space>
class Address {
  public:
    constexpr Address() = default;
    /// An address from an integer, unchecked.
    explicit constexpr Address(std::uint64_t value) noexcept : value_(value) {}

    /// The address as an integer.
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }

    /// @returns this address plus `bytes`, or nothing when the sum wraps past 2^64.
    [[nodiscard]] constexpr std::optional<Address> plus(std::uint64_t bytes) const noexcept {
        if (bytes > std::numeric_limits<std::uint64_t>::max() - value_) return std::nullopt;
        return Address(value_ + bytes);
    }

    /// @returns the distance from `base` in bytes, or nothing when this address is below `base`.
    [[nodiscard]] constexpr std::optional<std::uint64_t> offset_from(Address base) const noexcept {
        if (value_ < base.value_) return std::nullopt;
        return value_ - base.value_;
    }

    friend constexpr auto operator<=>(Address, Address) = default;

  private:
    std::uint64_t value_ = 0;
};

/// An address in the view of the remote processor ("da" in the kernel).
using DeviceAddress = Address<struct DeviceSpace>;
/// An address in the view of the application processors ("pa" in the kernel).
using PhysicalAddress = Address<struct PhysicalSpace>;

/// Formats as "0x10000000".
template <class Space>
[[nodiscard]] std::string to_string(Address<Space> address) {
    return fill("{0:#x}", {address.value()});
}

/// A range of `size` bytes from `start`. Invariant: `start + size` does not wrap.
template <class Space>
class AddressRange {
  public:
    constexpr AddressRange() = default;

    /// @returns the range, or nothing when its end is past 2^64 - 1.
    [[nodiscard]] static constexpr std::optional<AddressRange> make(Address<Space> start, std::uint64_t size) noexcept {
        if (!start.plus(size)) return std::nullopt;
        return AddressRange(start, size);
    }

    /// The first address.
    [[nodiscard]] constexpr Address<Space> start() const noexcept { return start_; }
    /// The size in bytes.
    [[nodiscard]] constexpr std::uint64_t size() const noexcept { return size_; }
    /// The first address after the range.
    [[nodiscard]] constexpr Address<Space> end() const noexcept { return Address<Space>(start_.value() + size_); }
    /// Whether the size is 0.
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }

    /// Whether `address` is inside the range.
    [[nodiscard]] constexpr bool contains(Address<Space> address) const noexcept {
        return address >= start_ && address < end();
    }
    /// Whether every byte of `other` is inside this range. An empty range is contained if its start is inside or at the
    /// end.
    [[nodiscard]] constexpr bool contains(AddressRange other) const noexcept {
        return other.start_ >= start_ && other.end() <= end();
    }
    /// Whether the ranges have a byte in common. An empty range overlaps a range that has its start strictly inside.
    [[nodiscard]] constexpr bool overlaps(AddressRange other) const noexcept {
        return start_ < other.end() && other.start_ < end();
    }

    friend constexpr auto operator<=>(AddressRange, AddressRange) = default;

  private:
    constexpr AddressRange(Address<Space> start, std::uint64_t size) noexcept : start_(start), size_(size) {}

    Address<Space> start_{};
    std::uint64_t size_ = 0;
};

using DeviceRange = AddressRange<DeviceSpace>;
using PhysicalRange = AddressRange<PhysicalSpace>;

/// Formats as "0x80100000+0x540".
template <class Space>
[[nodiscard]] std::string to_string(AddressRange<Space> range) {
    return fill("{0:#x}+{1:#x}", {range.start().value(), range.size()});
}

}  // namespace rproc
