// SPDX-License-Identifier: BSD-2-Clause
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "rproc/debug/coredump.hpp"

namespace rproc {
namespace {

namespace fs = std::filesystem;

constexpr ErrorText kUnwritable{
    .code = ErrorCode::file_unwritable,
    .message = "the dump cannot be written: {0}",
    .hint = "give a file name in a directory that you may write to, with room for the whole dump"};

Error unwritable(const fs::path& target, std::string_view why) {
    return Error(kUnwritable, place::File{target.native()}, why);
}

/// The target of a symbolic link, whether it exists or not, or `path` itself.
fs::path follow(fs::path path) {
    constexpr int kMostLinks = 40;  // as the kernel
    std::error_code ignored;
    for (int i = 0; i < kMostLinks && fs::is_symlink(path, ignored); ++i)
        path = path.parent_path() / fs::read_symlink(path, ignored);
    return path;
}

}  // namespace

Result<CoredumpFile> CoredumpFile::create(const fs::path& target) {
    std::error_code ignored;
    const auto status = fs::status(target, ignored);
    // A device or a pipe must not be replaced by a file of its name.
    if (fs::exists(status) && !fs::is_regular_file(status)) return fail(unwritable(target, "not a regular file"));
    auto place = follow(target);
    std::string temporary = place.string() + ".XXXXXX";
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) return fail(unwritable(target, std::generic_category().message(errno)));
    return CoredumpFile(std::move(place), std::move(temporary), fd);
}

CoredumpFile::CoredumpFile(fs::path target, std::string temporary, int fd) noexcept
    : target_(std::move(target)), temporary_(std::move(temporary)), fd_(fd) {}

CoredumpFile::CoredumpFile(CoredumpFile&& other) noexcept
    : target_(std::move(other.target_)), temporary_(std::move(other.temporary_)), fd_(std::exchange(other.fd_, -1)) {}

CoredumpFile::~CoredumpFile() {
    if (fd_ < 0) return;
    ::close(fd_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> CoredumpFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t done = ::write(fd_, bytes.data(), bytes.size());
        if (done < 0 && errno != EINTR) return fail(refused(errno));
        if (done > 0) bytes = bytes.subspan(static_cast<std::size_t>(done));
    }
    return {};
}

Result<void> CoredumpFile::commit() {
    if (::fsync(fd_) != 0) return fail(refused(errno));
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) return fail(refused(errno));
    temporary_.clear();
    return {};
}

Error CoredumpFile::refused(int error) const { return unwritable(target_, std::generic_category().message(error)); }

}  // namespace rproc
