// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/sysfs/sysfs_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "internal/file_descriptor.hpp"

namespace rproc::sysfs {
namespace {

namespace fs = std::filesystem;

expected_ns::unexpected<int> failed(int error) { return expected_ns::unexpected<int>(error); }

/// No descriptor, with errno set, when the file cannot be opened.
internal::FileDescriptor open_file(const fs::path& path, int flags) noexcept {
    return internal::FileDescriptor(::open(path.c_str(), flags | O_CLOEXEC));
}

ssize_t read_some(int fd, std::span<std::byte> buffer) {
    ssize_t got = 0;
    do {
        got = ::read(fd, buffer.data(), buffer.size());
    } while (got < 0 && errno == EINTR);
    return got;
}

/// Appends the record at the start of `text` without the properties (" KEY=value") that follow it.
void add_records(std::vector<std::string>& records, std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        if (!line.empty() && line.front() != ' ') records.emplace_back(line);
    }
}

}  // namespace

KmsgLog::~KmsgLog() {
    if (fd_ >= 0) ::close(fd_);
}

std::vector<std::string> KmsgLog::new_records() {
    std::array<std::byte, 8192> buffer;  // the kernel returns EINVAL for a buffer smaller than a record
    std::vector<std::string> records;
    while (true) {
        const ssize_t got = read_some(fd_, buffer);
        if (got < 0 && errno == EPIPE) continue;  // records were overwritten: the next read returns the oldest one
        if (got <= 0) return records;
        add_records(records, {reinterpret_cast<const char*>(buffer.data()), static_cast<std::size_t>(got)});
    }
}

FileResult<std::string> LocalFiles::read(const fs::path& path) const {
    std::string text;
    const auto done = stream(path, [&text](std::span<const std::byte> bytes) {
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return true;
    });
    if (!done) return failed(done.error());
    return text;
}

FileResult<void> LocalFiles::write(const fs::path& path, std::string_view text) const {
    const auto file = open_file(path, O_WRONLY | O_TRUNC);
    if (file.get() < 0) return failed(errno);
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0) return failed(errno);
    if (static_cast<std::size_t>(written) != text.size()) return failed(EIO);
    return {};
}

FileResult<std::vector<std::string>> LocalFiles::list(const fs::path& path) const {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
        names.push_back(it->path().filename().string());
    if (error) return failed(error.value());
    std::ranges::sort(names);
    return names;
}

FileResult<fs::path> LocalFiles::target(const fs::path& path) const {
    std::error_code error;
    fs::path target = fs::canonical(path, error);
    if (error) return failed(error.value());
    return target;
}

FileResult<FileOwner> LocalFiles::owner(const fs::path& path) const {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return failed(errno);
    constexpr unsigned kPermissions = 07777;
    return FileOwner{status.st_mode & kPermissions, status.st_uid, status.st_gid};
}

FileResult<void> LocalFiles::stream(const fs::path& path, const FileSink& sink) const {
    const auto file = open_file(path, O_RDONLY);
    if (file.get() < 0) return failed(errno);
    std::vector<std::byte> buffer(65536);
    while (true) {
        const ssize_t got = read_some(file.get(), buffer);
        if (got < 0) return failed(errno);
        if (got == 0 || !sink(std::span(buffer).first(static_cast<std::size_t>(got)))) return {};
    }
}

FileResult<KmsgLog> LocalFiles::open_log(const fs::path& path) const {
    const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return failed(errno);
    KmsgLog log(fd);
    if (::lseek(fd, 0, SEEK_END) < 0) return failed(errno);
    return log;
}

}  // namespace rproc::sysfs
