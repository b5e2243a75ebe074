// SPDX-License-Identifier: BSD-2-Clause
#include "internal/whole_read.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <new>

namespace rproc::internal {

std::optional<FileStamp> stamp_of(int fd) noexcept {
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return FileStamp{static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

ReadCount read_up_to(int fd, std::span<std::byte> room) noexcept {
    std::size_t filled = 0;
    while (filled < room.size()) {
        const ssize_t got = ::read(fd, room.data() + filled, room.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return {filled, errno};
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    return {filled, 0};
}

bool read_unchanged(int fd, const FileStamp& before) noexcept {
    if (stamp_of(fd) != before) return false;
    // Shortened and made as long again within one tick, it has the stamp of before; the read has ended too early.
    const off_t end = ::lseek(fd, 0, SEEK_CUR);
    return end < 0 || before.size == 0 || static_cast<std::uint64_t>(end) == before.size;
}

WholeFile read_whole(int fd, const FileStamp& before) {
    if (before.size >= std::numeric_limits<std::size_t>::max()) return {WholeFile::Outcome::failed, EFBIG};
    const std::size_t room = static_cast<std::size_t>(before.size) + 1;  // for a byte that must not be there
    std::unique_ptr<std::byte[]> data(new (std::nothrow) std::byte[room]);
    if (!data) return {WholeFile::Outcome::failed, ENOMEM};
    const ReadCount got = read_up_to(fd, {data.get(), room});
    if (got.error != 0) return {WholeFile::Outcome::failed, got.error};
    if (got.size != before.size || !read_unchanged(fd, before)) return {WholeFile::Outcome::changed};
    return {WholeFile::Outcome::whole, 0, std::move(data), got.size};
}

}  // namespace rproc::internal
