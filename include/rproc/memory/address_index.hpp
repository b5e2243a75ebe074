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

/// Finds the bytes of an address range among mapped pieces of memory.
///
/// Invariant: a lookup returns either an empty span, or exactly the requested bytes, all inside one piece. It never
/// crosses the end of a piece, wraps, or truncates an address to 32 bits.
///
/// Pieces without overlap are sorted, and found by a search without data-dependent branches. If some overlap, the first
/// in the given order wins, as in the kernel's list of carveouts.
///
/// Threads: concurrent lookups are safe while no thread assigns to the index.
template <class Space>
class AddressIndex {
  public:
    /// A mapped piece of memory.
    struct Piece {
        AddressRange<Space> range;
        std::byte* data;  ///< `range.size()` bytes; must outlive the spans that `find` returns
    };

    AddressIndex() = default;
    /// Builds the index. Empty pieces are ignored. Complexity: O(n log n).
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

    /// @returns the `size` bytes at `start`, or an empty span when no single piece holds them all, or `size` is 0.
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
