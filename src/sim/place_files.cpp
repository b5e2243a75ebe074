// SPDX-License-Identifier: BSD-2-Clause
#include "sim/place_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sim/lost_pages.hpp"

namespace rproc::sim {
namespace {

// The path is part of the sentence: the mapping of a carveout names the place in the firmware's terms.
constexpr ErrorText kRefused{
    .code = ErrorCode::file_unwritable,
    .message = "{0}: {1}: {2}",
    .hint = "name a directory that you may write to, on a file system with room for the memory"};
constexpr ErrorText kSymbolicLink{.code = ErrorCode::file_unwritable,
                                  .message = kRefused.message,
                                  .hint = "a symbolic link is not followed: remove it"};
constexpr ErrorText kNoRegularFile{
    .code = ErrorCode::file_unwritable, .message = "{0}: is no regular file", .hint = "remove it"};
constexpr ErrorText kOtherSize{.code = ErrorCode::file_unwritable,
                               .message = "{0}: has {1} bytes, and the memory has {2}",
                               .hint = "remove it, or make it as long as the memory: truncate -s {2}"};

Error refused_by_system(const std::filesystem::path& path, std::string_view what, int error) {
    const std::string reason = std::generic_category().message(error);
    return error == ELOOP ? Error(kSymbolicLink, {}, path.native(), what, reason)
                          : Error(kRefused, {}, path.native(), what, reason);
}

std::size_t page_size() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

/// How far into its page the first byte lies.
std::size_t lead_of(std::span<const std::byte> bytes) {
    return reinterpret_cast<std::uintptr_t>(bytes.data()) % page_size();
}

/// All of the mapping that `bytes` are in: it begins with a page.
template <class Byte>
std::span<Byte> mapping_of(std::span<Byte> bytes) {
    const std::size_t lead = lead_of(bytes);
    return {bytes.data() - lead, bytes.size() + lead};
}

/// The place whose file has that name, or nothing.
std::optional<PhysicalRange> place_called(std::string_view name) {
    const char* const end = name.data() + name.size();
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    const auto [dash, bad_first] = std::from_chars(name.data(), end, first, 16);
    if (bad_first != std::errc() || dash == end) return std::nullopt;
    const auto bad_last = std::from_chars(dash + 1, end, last, 16).ec;
    if (bad_last != std::errc() || last < first) return std::nullopt;
    const auto place = PhysicalRange::make(PhysicalAddress(first), last - first + 1);
    if (!place || place->empty() || place_file_name(*place) != name) return std::nullopt;
    return place;
}

}  // namespace

std::string place_file_name(PhysicalRange range) {
    return fmt::format("{:08x}-{:08x}.mem", range.start().value(), range.end().value() - 1);
}

Result<PlaceFiles> PlaceFiles::open(const std::filesystem::path& directory) {
    constexpr mode_t kOwnerOnly = 0700;
    if (::mkdir(directory.c_str(), kOwnerOnly) != 0 && errno != EEXIST)
        return fail(refused_by_system(directory, "the directory cannot be created", errno));
    FileDescriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return fail(refused_by_system(directory, "the directory cannot be opened", errno));
    return PlaceFiles(directory, std::move(fd));
}

Result<FileDescriptor> PlaceFiles::lock() const {
    // A description of its own: closing it is what unlocks.
    FileDescriptor own(::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    int done = own.get() < 0 ? -1 : ::flock(own.get(), LOCK_EX);
    while (done != 0 && own.get() >= 0 && errno == EINTR) done = ::flock(own.get(), LOCK_EX);
    if (done != 0) return fail(refused_by_system(path_, "the directory cannot be locked", errno));
    return own;
}

Result<std::vector<PhysicalRange>> PlaceFiles::list() const {
    const int fd = ::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(fd < 0 ? nullptr : ::fdopendir(fd), &::closedir);
    if (!entries) return fail(refused_by_system(path_, "the directory cannot be read", errno));
    std::vector<PhysicalRange> places;
    errno = 0;
    while (const dirent* const entry = ::readdir(entries.get()))
        if (const auto place = place_called(entry->d_name)) places.push_back(*place);
    if (errno != 0) return fail(refused_by_system(path_, "the directory cannot be read", errno));
    std::ranges::sort(places);
    return places;
}

Result<MappedFile> PlaceFiles::map(PhysicalRange place, PhysicalRange part) const {
    RPROC_TRY_ASSIGN(FileDescriptor file, open_place(place, 0));
    RPROC_TRY(require_size(file, place));
    RPROC_TRY(reserve(file, place));
    return map_file(std::move(file), place, part);
}

Result<MappedFile> PlaceFiles::create(PhysicalRange place) const {
    RPROC_TRY_ASSIGN(FileDescriptor file, open_place(place, O_CREAT | O_EXCL));
    auto mapped = reserve(file, place).and_then([&] { return map_file(std::move(file), place, place); });
    if (!mapped) remove(place);
    return mapped;
}

void PlaceFiles::unmap(std::span<std::byte> bytes) noexcept {
    const auto mapping = mapping_of(bytes);
    forget_pages(mapping);
    ::munmap(mapping.data(), mapping.size());
}

bool PlaceFiles::shortened(const MappedFile& mapped, PhysicalRange place) noexcept {
    struct stat status {};
    return lost_pages(mapping_of(mapped.bytes)) ||
           (::fstat(mapped.file.get(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) < place.size());
}

void PlaceFiles::remove(PhysicalRange place) const noexcept {
    ::unlinkat(directory_.get(), place_file_name(place).c_str(), 0);
}

Result<FileDescriptor> PlaceFiles::open_place(PhysicalRange place, int flags) const {
    constexpr mode_t kOwnerOnly = 0600;
    constexpr int kAlways = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;  // a pipe of that name must not stop us
    FileDescriptor file(::openat(directory_.get(), place_file_name(place).c_str(), kAlways | flags, kOwnerOnly));
    if (file.get() < 0) return fail(refused_by_system(path_of(place), "the file cannot be opened", errno));
    return file;
}

Result<void> PlaceFiles::require_size(const FileDescriptor& file, PhysicalRange place) const {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
        return fail(refused_by_system(path_of(place), "the file cannot be examined", errno));
    if (!S_ISREG(status.st_mode)) return fail(kNoRegularFile, {}, path_of(place).native());
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size == place.size()) return {};
    return fail(kOtherSize, {}, path_of(place).native(), size, place.size());
}

Result<void> PlaceFiles::reserve(const FileDescriptor& file, PhysicalRange place) const {
    int error = EINTR;
    while (error == EINTR) error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(place.size()));
    if (error == 0) return {};
    return fail(refused_by_system(path_of(place), fmt::format("cannot get {} bytes on the disk", place.size()), error));
}

Result<MappedFile> PlaceFiles::map_file(FileDescriptor file, PhysicalRange place, PhysicalRange part) const {
    const std::uint64_t offset = part.start().value() - place.start().value();
    const auto size = static_cast<std::size_t>(part.size());  // at most ModelMemory::kLargestRegion
    const auto lead = static_cast<std::size_t>(offset % page_size());
    void* const start =
        ::mmap(nullptr, size + lead, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), static_cast<off_t>(offset - lead));
    if (start == MAP_FAILED) return fail(refused_by_system(path_of(place), "the file cannot be mapped", errno));
    const std::span mapping(static_cast<std::byte*>(start), size + lead);
    watch_pages(mapping);
    return MappedFile{mapping.subspan(lead), std::move(file)};
}

}  // namespace rproc::sim
