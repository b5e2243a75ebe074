// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "rproc/result.hpp"

/// The system calls of a client of /dev/teeN, as a policy: a test replaces them, and needs neither a board nor a TEE.
namespace rproc::tee {

/// The result of a system call, or its errno.
template <class T>
using SystemResult = expected_ns::expected<T, std::errc>;

/// The five system calls that the TEE driver implements. Copies must be equivalent. No call may throw.
template <class O>
concept DeviceOs = std::copyable<O> && requires(O& os, const std::string& path, int fd, unsigned long request,
                                                void* argument, std::size_t size, std::span<std::byte> bytes) {
    // Opens a device node for reading and writing, closed on exec: open(2).
    { os.open(path) } -> std::same_as<SystemResult<int>>;
    // ioctl(2).
    { os.ioctl(fd, request, argument) } -> std::same_as<SystemResult<int>>;
    // Maps the first `size` bytes for reading and writing, shared: mmap(2).
    { os.map(fd, size) } -> std::same_as<SystemResult<std::span<std::byte>>>;
    // Unmaps the result of `map`: munmap(2).
    { os.unmap(bytes) } -> std::same_as<void>;
    // close(2). Never repeated: Linux closes the descriptor even when the call fails.
    { os.close(fd) } -> std::same_as<void>;
};

/// The system calls of this machine. Threads: any.
class PosixOs {
  public:
    [[nodiscard]] SystemResult<int> open(const std::string& path) const noexcept;
    [[nodiscard]] SystemResult<int> ioctl(int fd, unsigned long request, void* argument) const noexcept;
    [[nodiscard]] SystemResult<std::span<std::byte>> map(int fd, std::size_t size) const noexcept;
    void unmap(std::span<std::byte> bytes) const noexcept;
    void close(int fd) const noexcept;
};
static_assert(DeviceOs<PosixOs>);

namespace device {

/// Repeats a system call while a signal interrupts it (EINTR).
template <class Call>
[[nodiscard]] auto retried(Call call) noexcept {
    auto result = call();
    while (!result && result.error() == std::errc::interrupted) result = call();
    return result;
}

/// Owns a file descriptor. Move-only.
template <DeviceOs Os>
class Descriptor {
  public:
    Descriptor(Os os, int fd) noexcept : os_(std::move(os)), fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : os_(other.os_), fd_(std::exchange(other.fd_, kNone)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(os_, other.os_);
        std::swap(fd_, other.fd_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ != kNone) os_.close(fd_);
    }

    [[nodiscard]] int get() const noexcept { return fd_; }

  private:
    static constexpr int kNone = -1;

    Os os_;
    int fd_;
};

template <DeviceOs Os>
struct Unmap {
    void operator()(std::byte* bytes) noexcept { os.unmap({bytes, size}); }

    Os os;
    std::size_t size;
};

/// Owns mapped bytes.
template <DeviceOs Os>
using MappedBytes = std::unique_ptr<std::byte[], Unmap<Os>>;

}  // namespace device
}  // namespace rproc::tee
