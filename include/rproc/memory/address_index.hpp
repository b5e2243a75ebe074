// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "rproc/memory/address.hpp"

namespace rproc {

/// Finds the bytes behind an address range among mapped pieces of memory.
///
/// Invariant: a lookup returns either an empty span or exactly the bytes asked for, all of them inside one piece. It
/// never crosses a piece's end, wraps, or truncates an address to 32 bits. Reading is safe from several threads while
/// nobody rebuilds.
///
/// Pieces that do not overlap are kept sorted and found without a data-dependent branch; when some overlap, the first
/// in the order given wins, as in the kernel's list walk.
template <class Space>
class AddressIndex {
  public:
    struct Piece {
        AddressRange<Space> range;
        std::byte* data;  ///< `range.size()` bytes, which outlive the index's use of them
    };

    AddressIndex() = default;
    explicit AddressIndex(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {
        std::erase_if(pieces_, [](const Piece& piece) { return piece.range.empty(); });
        auto sorted = pieces_;
        std::ranges::sort(sorted, {}, &Piece::range);
        const auto overlap = std::ranges::adjacent_find(
            sorted, [](const Piece& a, const Piece& b) { return a.range.overlaps(b.range); });
        sorted_ = overlap == sorted.end();
        if (!sorted_) return;
        pieces_ = std::move(sorted);
        starts_.reserve(pieces_.size());
        for (const Piece& piece : pieces_) starts_.push_back(piece.range.start().value());
    }

    /// The `size` bytes at `start`, or an empty span when no piece holds them all (or `size` is 0).
    [[nodiscard]] std::span<std::byte> find(Address<Space> start, std::uint64_t size) const noexcept {
        return sorted_ ? find_sorted(start.value(), size) : find_first(start.value(), size);
    }

  private:
    [[nodiscard]] static std::span<std::byte> within(const Piece& piece, std::uint64_t start,
                                                     std::uint64_t size) noexcept {
        // Below the piece the subtraction wraps to an offset that is past every end.
        const std::uint64_t offset = start - piece.range.start().value();
        const std::uint64_t total = piece.range.size();
        if (offset >= total || size > total - offset) return {};
        return {piece.data + offset, static_cast<std::size_t>(size)};
    }

    [[nodiscard]] std::span<std::byte> find_sorted(std::uint64_t start, std::uint64_t size) const noexcept {
        // The last piece that starts at or before `start`: halving by a conditional add, which compiles to cmov.
        const std::uint64_t* base = starts_.data();
        std::size_t count = starts_.size();
        if (count == 0) return {};
        while (count > 1) {
            const std::size_t half = count / 2;
            base += base[half] <= start ? half : 0;
            count -= half;
        }
        return within(pieces_[static_cast<std::size_t>(base - starts_.data())], start, size);
    }

    [[nodiscard]] std::span<std::byte> find_first(std::uint64_t start, std::uint64_t size) const noexcept {
        for (const Piece& piece : pieces_)
            if (const auto bytes = within(piece, start, size); !bytes.empty()) return bytes;
        return {};
    }

    std::vector<Piece> pieces_;
    std::vector<std::uint64_t> starts_;
    bool sorted_ = true;
};

}  // namespace rproc
