// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rproc/result.hpp"

namespace rproc::sysfs {

/// The mount points of the kernel's file systems, and the root of its firmware directories.
struct SysfsRoot {
    std::filesystem::path sys = "/sys";                 ///< sysfs
    std::filesystem::path debug = "/sys/kernel/debug";  ///< debugfs
    std::filesystem::path dev = "/dev";                 ///< devtmpfs, for /dev/kmsg
    std::filesystem::path proc = "/proc";               ///< procfs
    std::filesystem::path firmware = "/";               ///< prefix of /lib/firmware

    /// The same directories below `root`, for a chroot or a test.
    [[nodiscard]] static SysfsRoot below(const std::filesystem::path& root) {
        return {root / "sys", root / "sys/kernel/debug", root / "dev", root / "proc", root};
    }
};

/// A value, or the positive errno of the system call that failed.
template <class T>
using FileResult = expected_ns::expected<T, int>;

/// Permissions and owner of a file (struct stat).
struct FileOwner {
    unsigned mode;   ///< the permission bits, e.g. 0644
    unsigned user;   ///< uid
    unsigned group;  ///< gid
};

/// Receives the next bytes of a file. Returns false to end the read.
using FileSink = std::function<bool(std::span<const std::byte>)>;

/// A reader of the kernel's log.
template <class L>
concept KernelLogReader = requires(L& log) {
    // The records of /dev/kmsg since the last call: "6,339,5140900,-;text", without the properties of the record. Does
    // not block. Records that the kernel has overwritten meanwhile are missing.
    { log.new_records() } -> std::same_as<std::vector<std::string>>;
};

/// Access to sysfs, debugfs and /dev/kmsg: the files of this machine, or a model of a kernel in a test. Errors are
/// positive errnos.
template <class F>
concept SysfsFiles = std::movable<F> &&
    requires(F& files, const std::filesystem::path& path, std::string_view text, const FileSink& sink) {
    // Reads the whole file.
    { files.read(path) } -> std::same_as<FileResult<std::string>>;
    // Writes an existing file with one write(2): sysfs takes each as one command.
    { files.write(path, text) } -> std::same_as<FileResult<void>>;
    // Lists the names in a directory, sorted.
    { files.list(path) } -> std::same_as<FileResult<std::vector<std::string>>>;
    // Resolves all symbolic links: realpath(3).
    { files.target(path) } -> std::same_as<FileResult<std::filesystem::path>>;
    // Reads permissions and owner: stat(2).
    { files.owner(path) } -> std::same_as<FileResult<FileOwner>>;
    // Reads the file in pieces, to its end or until the sink returns false.
    { files.stream(path, sink) } -> std::same_as<FileResult<void>>;
    // Opens the kernel's log (/dev/kmsg) at its end.
    requires KernelLogReader<typename F::Log>;
    { files.open_log(path) } -> std::same_as<FileResult<typename F::Log>>;
};

/// Reads /dev/kmsg. Owns the file descriptor. Move-only; not thread-safe.
class KmsgLog {
  public:
    /// @param fd of /dev/kmsg, opened O_NONBLOCK; the object closes it.
    explicit KmsgLog(int fd) noexcept : fd_(fd) {}
    KmsgLog(KmsgLog&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    KmsgLog& operator=(KmsgLog&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~KmsgLog();

    /// As in KernelLogReader.
    [[nodiscard]] std::vector<std::string> new_records();

  private:
    int fd_;
};

/// The files of this machine. Stateless. Threads: any.
class LocalFiles {
  public:
    using Log = KmsgLog;

    [[nodiscard]] FileResult<std::string> read(const std::filesystem::path& path) const;
    [[nodiscard]] FileResult<void> write(const std::filesystem::path& path, std::string_view text) const;
    [[nodiscard]] FileResult<std::vector<std::string>> list(const std::filesystem::path& path) const;
    [[nodiscard]] FileResult<std::filesystem::path> target(const std::filesystem::path& path) const;
    [[nodiscard]] FileResult<FileOwner> owner(const std::filesystem::path& path) const;
    [[nodiscard]] FileResult<void> stream(const std::filesystem::path& path, const FileSink& sink) const;
    [[nodiscard]] FileResult<KmsgLog> open_log(const std::filesystem::path& path) const;
};
static_assert(SysfsFiles<LocalFiles>);

}  // namespace rproc::sysfs
