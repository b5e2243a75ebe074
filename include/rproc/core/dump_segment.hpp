// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "rproc/memory/address.hpp"

namespace rproc {

/// The most bytes that a sink gets at a time.
inline constexpr std::size_t kCoredumpPiece = 64 * 1024;

/// A piece of the remote processor's memory that a dump holds (the kernel's `struct rproc_dump_segment`).
struct DumpSegment {
    /// Reads memory that needs care. Called in the thread that writes the dump, for one piece after the other: `offset`
    /// counts from the segment's start and is a multiple of kCoredumpPiece; `destination` is filled with 0xff
    /// beforehand. What it throws passes through `write_coredump`.
    using Dump = std::function<void(std::span<std::byte> destination, std::uint64_t offset)>;

    DeviceAddress da{};
    std::uint64_t size = 0;  ///< bytes
    std::string name{};      ///< of its section, up to the first zero; the segment form has no names
    Dump dump{};             ///< when empty, the bytes come from the carveouts
};

}  // namespace rproc
