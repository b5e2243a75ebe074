// SPDX-License-Identifier: BSD-2-Clause
#include "cli/common/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace rproc::cli {
namespace {

/// A temporary file beside the target, removed unless it replaced the target.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::filesystem::path& beside)
        : name_(beside.string() + ".XXXXXX"), fd_(::mkostemp(name_.data(), O_CLOEXEC)) {}
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (fd_ < 0) return;
        ::close(fd_);
        if (!name_.empty()) ::unlink(name_.c_str());
    }

    /// Each member: true, or false with errno set.
    [[nodiscard]] bool created() const noexcept { return fd_ >= 0; }
    [[nodiscard]] bool write(std::span<const std::byte> bytes) const {
        while (!bytes.empty()) {
            const ssize_t done = ::write(fd_, bytes.data(), bytes.size());
            if (done < 0 && errno != EINTR) return false;
            if (done > 0) bytes = bytes.subspan(static_cast<std::size_t>(done));
        }
        return ::fsync(fd_) == 0;
    }
    /// Sets the permissions of a new file; mkstemp creates it for its owner alone.
    [[nodiscard]] bool open_to_others() const {
        const mode_t mask = ::umask(0);
        ::umask(mask);
        return ::fchmod(fd_, 0666 & ~mask) == 0;
    }
    [[nodiscard]] bool take_place_of(const std::filesystem::path& path) {
        if (::rename(name_.c_str(), path.c_str()) != 0) return false;
        name_.clear();
        return true;
    }

  private:
    std::string name_;
    int fd_;
};

}  // namespace

int write_whole_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    std::error_code ignored;
    const bool link = std::filesystem::is_symlink(path, ignored);
    const auto target = link ? std::filesystem::weakly_canonical(path, ignored) : path;
    TemporaryFile file(target);
    const bool written = file.created() && file.write(bytes) && file.open_to_others() && file.take_place_of(target);
    return written ? 0 : errno;
}

}  // namespace rproc::cli
