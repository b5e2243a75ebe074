// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/tee/device_os.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace rproc::tee {
namespace {

expected_ns::unexpected<std::errc> last_error() noexcept {
    return expected_ns::unexpected<std::errc>(static_cast<std::errc>(errno));
}

}  // namespace

SystemResult<int> PosixOs::open(const std::string& path) const noexcept {
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return last_error();
    return fd;
}

SystemResult<int> PosixOs::ioctl(int fd, unsigned long request, void* argument) const noexcept {
    const int value = ::ioctl(fd, request, argument);
    if (value < 0) return last_error();
    return value;
}

SystemResult<std::span<std::byte>> PosixOs::map(int fd, std::size_t size) const noexcept {
    void* const address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED) return last_error();
    return std::span(static_cast<std::byte*>(address), size);
}

void PosixOs::unmap(std::span<std::byte> bytes) const noexcept { ::munmap(bytes.data(), bytes.size()); }

void PosixOs::close(int fd) const noexcept { ::close(fd); }

}  // namespace rproc::tee
