// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>

#include "rproc/result.hpp"

/// Parts that reach the hardware of the board that the program runs on: memory, control registers and mailbox, through
/// /dev/mem or UIO devices. Nothing of the kernel's remoteproc takes part.
namespace rproc::devmem {

/// What a system call returns, or its errno.
template <class T>
using SystemResult = expected_ns::expected<T, std::errc>;

/// A register as it is mapped: 4 bytes, at a multiple of 4.
using RegisterBytes = std::span<std::byte, 4>;

/// The system calls and the register accesses of the parts, as a policy, so that a test needs no hardware. Copies must
/// act alike; none of the calls may throw.
template <class O>
concept MemoryOs = std::copyable<O> &&
    requires(O& os, const std::string& path, int fd, std::uint64_t offset, std::size_t size, std::span<std::byte> bytes,
             RegisterBytes at, std::uint32_t value, std::chrono::milliseconds time) {
    // Opens for reading and writing, closed on exec, with O_SYNC: /dev/mem then gives a mapping without caches.
    { os.open(path) } -> std::same_as<SystemResult<int>>;
    // Maps `size` bytes from `offset` for reading and writing, shared: mmap(2). Both are multiples of the page size.
    { os.map(fd, offset, size) } -> std::same_as<SystemResult<std::span<std::byte>>>;
    // Takes back what `map` returned: munmap(2).
    { os.unmap(bytes) } -> std::same_as<void>;
    // close(2). Mappings stay.
    { os.close(fd) } -> std::same_as<void>;
    // Bytes of a page; a power of two.
    { os.page_size() } -> std::same_as<std::size_t>;
    // One read of 32 bits; the compiler neither joins nor repeats it.
    { os.load(at) } -> std::same_as<std::uint32_t>;
    // One write of 32 bits, done after all earlier writes of this thread.
    { os.store(at, value) } -> std::same_as<void>;
    // Waits.
    { os.sleep(time) } -> std::same_as<void>;
    // Waits for an interrupt of a UIO device, at most that long, and takes it: true; false when none came.
    { os.wait_interrupt(fd, time) } -> std::same_as<SystemResult<bool>>;
    // Lets a UIO device interrupt again.
    { os.enable_interrupt(fd) } -> std::same_as<SystemResult<void>>;
};

/// The system calls themselves. Safe from any thread.
class PosixMemoryOs {
  public:
    [[nodiscard]] SystemResult<int> open(const std::string& path) const noexcept;
    [[nodiscard]] SystemResult<std::span<std::byte>> map(int fd, std::uint64_t offset, std::size_t size) const noexcept;
    void unmap(std::span<std::byte> bytes) const noexcept;
    void close(int fd) const noexcept;
    [[nodiscard]] std::size_t page_size() const noexcept;
    [[nodiscard]] std::uint32_t load(RegisterBytes at) const noexcept;
    void store(RegisterBytes at, std::uint32_t value) const noexcept;
    void sleep(std::chrono::milliseconds time) const noexcept;
    [[nodiscard]] SystemResult<bool> wait_interrupt(int fd, std::chrono::milliseconds time) const noexcept;
    [[nodiscard]] SystemResult<void> enable_interrupt(int fd) const noexcept;
};
static_assert(MemoryOs<PosixMemoryOs>);

}  // namespace rproc::devmem
