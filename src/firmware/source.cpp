// SPDX-License-Identifier: BSD-2-Clause
#include "rproc/firmware/source.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/utsname.h>

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

#include "internal/file_descriptor.hpp"
#include "internal/whole_read.hpp"

namespace rproc {
namespace {

namespace fs = std::filesystem;

using internal::WholeFile;

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

/// A regular file with content, not yet read.
struct OpenedFile {
    internal::FileDescriptor descriptor;
    internal::FileStamp stamp;
};

Result<OpenedFile> open_firmware(const fs::path& path) {
    // Without O_NONBLOCK, opening a fifo by mistake would wait for a writer for ever.
    internal::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return fail(open_failed(path, errno));
    const auto stamp = internal::stamp_of(file.get());
    if (!stamp) return fail(unreadable(path, "not a regular file"));
    if (stamp->size == 0) return fail(kEmptyFile, place::File{path.native()});
    return OpenedFile{std::move(file), *stamp};
}

Result<Firmware> read_firmware(const fs::path& path, std::string name) {
    RPROC_TRY_ASSIGN(const OpenedFile file, open_firmware(path));
    const Place where = place::File{path.native()};
    if (file.stamp.size > kLargestFirmware)
        return fail(ErrorCode::firmware_too_large, where, file.stamp.size, kLargestFirmware);
    WholeFile read = internal::read_whole(file.descriptor.get(), file.stamp);
    if (read.outcome == WholeFile::Outcome::changed) return fail(ErrorCode::firmware_changed, where);
    if (read.outcome == WholeFile::Outcome::failed) return fail(unreadable(path, reason(read.error)));
    const std::span<const std::byte> bytes(read.data.get(), read.size);
    return Firmware(std::move(name), bytes, std::shared_ptr<const std::byte[]>(std::move(read.data)));
}

Result<Firmware> map_firmware(const fs::path& path, std::string name) {
    RPROC_TRY_ASSIGN(const OpenedFile file, open_firmware(path));
    if (!std::in_range<std::size_t>(file.stamp.size))
        return fail(unreadable(path, fmt::format("{} bytes are more than this machine can address", file.stamp.size)));
    const auto size = static_cast<std::size_t>(file.stamp.size);
    auto owner = map_file(file.descriptor.get(), size);
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

Result<Firmware> read_firmware_file(const fs::path& path) { return read_firmware(path, path.filename().string()); }

FirmwareSource firmware_file(fs::path path) {
    std::string name = path.filename().string();
    return {std::move(name), [file = std::move(path)] { return read_firmware_file(file); }};
}

MappedFileSource::MappedFileSource(const fs::path& path)
    : FirmwareSource(path.filename().string(), [path] { return map_firmware(path, path.filename().string()); }) {}

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
        auto firmware = read_firmware(path, name);
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
