// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>

/// Shared mappings of files that another process may shorten. A page behind the end of its file faults when it is
/// touched (SIGBUS), which ends a process that does not expect it. Pages that are watched get zeroed memory of this
/// process instead, from the touched one to the end of the mapping, and the loss is remembered.
///
/// The first call installs a handler of SIGBUS, for as long as the process lives. Faults elsewhere, and a SIGBUS that
/// was sent, go to the handler that was there before. Where the program installs a handler later, the fault is the
/// program's, unless its handler calls the one that it found.
namespace rproc::sim {

/// Watches whole pages of one mapping of a file, until `forget_pages`. Any thread.
void watch_pages(std::span<std::byte> pages);

/// Ends the watch; before the mapping ends.
void forget_pages(std::span<std::byte> pages) noexcept;

/// Whether a page of a watched mapping was lost.
[[nodiscard]] bool lost_pages(std::span<const std::byte> pages) noexcept;

}  // namespace rproc::sim
