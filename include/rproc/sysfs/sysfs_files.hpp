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

/// Where the kernel's trees are mounted, and below which directory the kernel looks for firmware.
struct SysfsRoot {
    std::filesystem::path sys = "/sys";
    std::filesystem::path debug = "/sys/kernel/debug";
    std::filesystem::path dev = "/dev";
    std::filesystem::path proc = "/proc";
    std::filesystem::path firmware = "/";

    /// The same trees below `root`, as in a chroot or in a test.
    [[nodiscard]] static SysfsRoot below(const std::filesystem::path& root) {
        return {root / "sys", root / "sys/kernel/debug", root / "dev", root / "proc", root};
    }
};

/// A value, or the positive errno of the system call that failed.
template <class T>
using FileResult = expected_ns::expected<T, int>;

/// Who may do what with a file.
struct FileOwner {
    unsigned mode;  ///< the permission bits, e.g. 0644
    unsigned user;
    unsigned group;
};

/// Takes the next bytes of a file; false: enough.
using FileSink = std::function<bool(std::span<const std::byte>)>;

/// The kernel's log from a moment on.
template <class L>
concept KernelLogReader = requires(L& log) {
    // The records of /dev/kmsg since the last call: "6,339,5140900,-;text", properties of the record dropped. Does not
    // wait. Records that the kernel has overwritten meanwhile are missing.
    { log.new_records() } -> std::same_as<std::vector<std::string>>;
};

/// How sysfs, debugfs and /dev/kmsg are reached: the real files, or a model of a kernel in a test.
template <class F>
concept SysfsFiles = std::movable<F> &&
    requires(F& files, const std::filesystem::path& path, std::string_view text, const FileSink& sink) {
    // The whole content.
    { files.read(path) } -> std::same_as<FileResult<std::string>>;
    // Writes a file that exists, by one system call: sysfs takes each as one command.
    { files.write(path, text) } -> std::same_as<FileResult<void>>;
    // The names in a directory, sorted.
    { files.list(path) } -> std::same_as<FileResult<std::vector<std::string>>>;
    // The file itself, free of symbolic links.
    { files.target(path) } -> std::same_as<FileResult<std::filesystem::path>>;
    // Who may do what.
    { files.owner(path) } -> std::same_as<FileResult<FileOwner>>;
    // Hands on the content piece by piece, to its end or until the sink has enough.
    { files.stream(path, sink) } -> std::same_as<FileResult<void>>;
    // The log (/dev/kmsg) from now on.
    requires KernelLogReader<typename F::Log>;
    { files.open_log(path) } -> std::same_as<FileResult<typename F::Log>>;
};

/// Reads /dev/kmsg. Owns the open file.
class KmsgLog {
  public:
    explicit KmsgLog(int fd) noexcept : fd_(fd) {}
    KmsgLog(KmsgLog&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    KmsgLog& operator=(KmsgLog&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~KmsgLog();

    [[nodiscard]] std::vector<std::string> new_records();

  private:
    int fd_;
};

/// The files of this machine. Holds nothing; any thread.
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
