// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/source.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace rproc {
namespace {

namespace fs = std::filesystem;

class FileDescriptor {
  public:
    explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

  private:
    int fd_;
};

constexpr ErrorText kEmptyFile{.code = ErrorCode::firmware_empty,
                               .message = "the file is empty",
                               .kernel_line = text_of(ErrorCode::firmware_empty).kernel_line,
                               .hint = text_of(ErrorCode::firmware_empty).hint};
constexpr ErrorText kNoName{.code = ErrorCode::firmware_name_empty,
                            .message = "the firmware name is empty",
                            .hint = "write the name of a file below /lib/firmware"};
constexpr ErrorText kNotFound{
    .code = ErrorCode::firmware_not_found,
    .message = "not found; tried {0}",
    .kernel_line = "request_firmware failed: -2",
    .hint = "copy the file to /lib/firmware, or set firmware_class.path (no trailing newline)"};
constexpr ErrorText kNoRelativeName{.code = ErrorCode::firmware_not_found,
                                    .message = "a firmware name is relative to the firmware directories",
                                    .kernel_line = kNotFound.kernel_line,
                                    .hint = kNotFound.hint};

std::string reason(int error) { return std::generic_category().message(error); }

Error unreadable(const fs::path& path, std::string_view why) {
    return Error(ErrorCode::firmware_unreadable, place::File{path.native()}, why);
}

Error open_failed(const fs::path& path, int error) {
    if (error != ENOENT && error != ENOTDIR) return unreadable(path, reason(error));
    return Error(ErrorCode::firmware_not_found, place::File{path.native()});
}

std::shared_ptr<const void> map_file(int fd, std::size_t size) {
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) return nullptr;
    return {address, [size](const void* mapped) { ::munmap(const_cast<void*>(mapped), size); }};
}

/// The bytes of a file that cannot be mapped, as those of sysfs.
Result<Firmware> read_whole(const fs::path& path, std::string name, int fd, std::size_t size) {
    std::vector<std::byte> bytes(size);
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got = ::read(fd, bytes.data() + filled, size - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(unreadable(path, reason(errno)));
        if (got == 0) return fail(unreadable(path, "it became shorter while it was read"));
        filled += static_cast<std::size_t>(got);
    }
    return Firmware(std::move(name), std::move(bytes));
}

Result<Firmware> map_firmware(const fs::path& path, std::string name) {
    // Without O_NONBLOCK, opening a fifo by mistake would wait for a writer for ever.
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return fail(open_failed(path, errno));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return fail(unreadable(path, reason(errno)));
    if (!S_ISREG(status.st_mode)) return fail(unreadable(path, "not a regular file"));
    if (status.st_size == 0) {
        return fail(kEmptyFile, place::File{path.native()});
    }
    if (!std::in_range<std::size_t>(status.st_size))
        return fail(unreadable(path, fmt::format("{} bytes are more than this machine can address", status.st_size)));
    const auto size = static_cast<std::size_t>(status.st_size);
    auto owner = map_file(file.get(), size);
    if (!owner && errno == ENODEV) return read_whole(path, std::move(name), file.get(), size);
    if (!owner) return fail(unreadable(path, reason(errno)));
    const auto* const data = static_cast<const std::byte*>(owner.get());
    return Firmware(std::move(name), {data, size}, std::move(owner));
}

std::string read_line(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string running_release() {
    utsname system{};
    return ::uname(&system) == 0 ? std::string(system.release) : std::string();
}

bool leaves_directory(const fs::path& name) {
    return name.is_absolute() || std::ranges::find(name, fs::path("..")) != name.end();
}

}  // namespace

Result<Firmware> read_firmware_file(const fs::path& path) { return map_firmware(path, path.filename().string()); }

FirmwareSource firmware_file(fs::path path) {
    std::string name = path.filename().string();
    return {std::move(name), [file = std::move(path)] { return read_firmware_file(file); }};
}

FirmwareSearchPath FirmwareSearchPath::system() {
    auto path = below("/", running_release(), read_line("/sys/module/firmware_class/parameters/path"));
    const char* const extra = std::getenv("RPROC_FIRMWARE_PATH");
    if (extra == nullptr) return path;
    std::vector<fs::path> directories;
    std::istringstream list(extra);
    for (std::string directory; std::getline(list, directory, ':');)
        if (!directory.empty()) directories.emplace_back(directory);
    directories.insert(directories.end(), path.directories_.begin(), path.directories_.end());
    return FirmwareSearchPath(std::move(directories));
}

FirmwareSearchPath FirmwareSearchPath::below(const fs::path& root, const std::string& release,
                                             const std::string& class_path) {
    std::vector<fs::path> directories;
    if (!class_path.empty()) directories.push_back(root / fs::path(class_path).relative_path());
    const fs::path base = root / "lib/firmware";
    if (!release.empty()) directories.push_back(base / "updates" / release);
    directories.push_back(base / "updates");
    if (!release.empty()) directories.push_back(base / release);
    directories.push_back(base);
    return FirmwareSearchPath(std::move(directories));
}

Result<Firmware> FirmwareSearchPath::find(const std::string& name) const {
    if (name.empty()) {
        return fail(kNoName, {});
    }
    std::string tried;
    for (const fs::path& directory : directories_) {
        const fs::path path = directory / name;
        tried += fmt::format("{}{}", tried.empty() ? "" : ", ", path.string());
        if (leaves_directory(name)) continue;
        auto firmware = map_firmware(path, name);
        if (firmware || firmware.error().code() != ErrorCode::firmware_not_found) return firmware;
    }
    return leaves_directory(name) ? fail(kNoRelativeName, place::Firmware{name})
                                  : fail(kNotFound, place::Firmware{name}, tried);
}

FirmwareSource FirmwareSearchPath::source(std::string name) const {
    std::string shown = name;
    return {std::move(shown), [path = *this, file = std::move(name)] { return path.find(file); }};
}

}  // namespace rproc
