// SPDX-License-Identifier: BSD-2-Clause
#include "internal/replacement_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace rproc::internal {
namespace {

namespace fs = std::filesystem;

/// The target of a symbolic link, whether it exists or not, or `path` itself.
fs::path follow(fs::path path) {
    constexpr int kMostLinks = 40;  // as the kernel
    std::error_code ignored;
    for (int i = 0; i < kMostLinks && fs::is_symlink(path, ignored); ++i)
        path = path.parent_path() / fs::read_symlink(path, ignored);
    return path;
}

}  // namespace

ReplacementFile::ReplacementFile(const fs::path& target)
    : target_(follow(target)),
      temporary_(target_.string() + ".XXXXXX"),
      fd_(::mkostemp(temporary_.data(), O_CLOEXEC)),
      error_(fd_.get() < 0 ? errno : 0) {}

ReplacementFile::~ReplacementFile() {
    if (error_ == 0 && !temporary_.empty()) ::unlink(temporary_.c_str());
}

int ReplacementFile::write(std::span<const std::byte> bytes) const noexcept {
    while (!bytes.empty()) {
        const ssize_t done = ::write(fd_.get(), bytes.data(), bytes.size());
        if (done < 0 && errno != EINTR) return errno;
        if (done > 0) bytes = bytes.subspan(static_cast<std::size_t>(done));
    }
    return 0;
}

int ReplacementFile::apply_umask() const noexcept {
    constexpr mode_t kNewFile = 0666;
    const mode_t mask = ::umask(0);
    ::umask(mask);
    return ::fchmod(fd_.get(), kNewFile & ~mask) == 0 ? 0 : errno;
}

int ReplacementFile::sync() const noexcept { return ::fsync(fd_.get()) == 0 ? 0 : errno; }

int ReplacementFile::commit() noexcept {
    if (const int error = sync(); error != 0) return error;
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) return errno;
    temporary_.clear();
    return 0;
}

}  // namespace rproc::internal
