// SPDX-License-Identifier: BSD-2-Clause
// The address of a memory is the offset into /dev/mem, and may be above 2 GiB on a machine of 32 bits.
#define _FILE_OFFSET_BITS 64  // NOLINT(bugprone-reserved-identifier): glibc's name

#include "rproc/devmem/memory_os.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <limits>
#include <thread>

#include "rproc/memory/device_copy.hpp"

namespace rproc::devmem {
namespace {

static_assert(sizeof(off_t) == 8);

expected_ns::unexpected<std::errc> last_error() noexcept {
    return expected_ns::unexpected<std::errc>(static_cast<std::errc>(errno));
}

}  // namespace

SystemResult<int> PosixMemoryOs::open(const std::string& path) const noexcept {
    const int fd = ::open(path.c_str(), O_RDWR | O_SYNC | O_CLOEXEC);
    if (fd < 0) return last_error();
    return fd;
}

SystemResult<std::span<std::byte>> PosixMemoryOs::map(int fd, std::uint64_t offset, std::size_t size) const noexcept {
    if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()))
        return expected_ns::unexpected<std::errc>(std::errc::value_too_large);
    void* const address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(offset));
    if (address == MAP_FAILED) return last_error();
    return std::span(static_cast<std::byte*>(address), size);
}

void PosixMemoryOs::unmap(std::span<std::byte> bytes) const noexcept { ::munmap(bytes.data(), bytes.size()); }

void PosixMemoryOs::close(int fd) const noexcept { ::close(fd); }

std::size_t PosixMemoryOs::page_size() const noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

std::uint32_t PosixMemoryOs::load(RegisterBytes at) const noexcept { return internal::load_word(at.data()); }

void PosixMemoryOs::store(RegisterBytes at, std::uint32_t value) const noexcept {
    // The processor's memory may be of another kind than its registers, and the two are not kept in order by
    // themselves.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    internal::store_word(at.data(), value);
}

void PosixMemoryOs::sleep(std::chrono::milliseconds time) const noexcept { std::this_thread::sleep_for(time); }

SystemResult<bool> PosixMemoryOs::wait_interrupt(int fd, std::chrono::milliseconds time) const noexcept {
    pollfd event{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&event, 1, static_cast<int>(time.count()));
    if (ready < 0) return last_error();
    if (ready == 0) return false;
    std::uint32_t count = 0;
    if (::read(fd, &count, sizeof(count)) != static_cast<ssize_t>(sizeof(count))) return last_error();
    return true;
}

SystemResult<void> PosixMemoryOs::enable_interrupt(int fd) const noexcept {
    constexpr std::uint32_t enable = 1;
    if (::write(fd, &enable, sizeof(enable)) != static_cast<ssize_t>(sizeof(enable))) return last_error();
    return {};
}

}  // namespace rproc::devmem
